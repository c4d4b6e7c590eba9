using Pipeline.Registry.Artifacts;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.Directories;

namespace Pipeline.Registry.Tests;

public sealed class ArtifactStoreTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    [Fact]
    public async Task Commit_SameContentTwice_IsOneVersion()
    {
        var artifacts = Open();
        var one = await artifacts.CommitAsync(
            Make(await artifacts.PutBytesAsync([1, 2], "a"), await artifacts.PutBytesAsync([3], "b")));
        var two = await artifacts.CommitAsync(
            Make(await artifacts.PutBytesAsync([3], "b"), await artifacts.PutBytesAsync([1, 2], "a")));
        two.ShouldBe(one);
        (await artifacts.ListAsync("k")).Count.ShouldBe(1);
        (await artifacts.FindAsync("k", one))!.Files.Select(file => file.Name).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Commit_MissingFile_LeavesNoVersion()
    {
        var artifacts = Open();
        var error = await Should.ThrowAsync<ObjectStoreException>(
            () => artifacts.CommitAsync(Make(new ArtifactFile("a", new string('0', 64), 3))));
        error.Error.ShouldBe(ObjectStoreError.Integrity);
        (await artifacts.ListAsync("k")).ShouldBeEmpty();
    }

    [Fact]
    public async Task GetFile_DamagedBlob_IsRefused()
    {
        var artifacts = Open();
        var file = await artifacts.PutBytesAsync([1, 2, 3], "a");
        var blob = Directory.GetFiles(_directory.Path, file.Sha256, SearchOption.AllDirectories).Single();
        await File.WriteAllBytesAsync(blob, [1, 2, 4]);
        var error = await Should.ThrowAsync<ObjectStoreException>(
            () => artifacts.GetFileAsync(file, _directory.Combine("out")));
        error.Error.ShouldBe(ObjectStoreError.Integrity);
        File.Exists(_directory.Combine("out")).ShouldBeFalse();
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 4 }), InlineData(new byte[] { 1, 2 })]
    public async Task PutFile_BlobFoundDamaged_IsReplaced(byte[] found)
    {
        var artifacts = Open();
        var file = await artifacts.PutBytesAsync([1, 2, 3], "a");
        var version = await artifacts.CommitAsync(Make(file));
        (await artifacts.IsWholeAsync("k", version)).ShouldBeTrue();
        var blob = Directory.GetFiles(_directory.Path, file.Sha256, SearchOption.AllDirectories).Single();
        await File.WriteAllBytesAsync(blob, found);
        await Should.ThrowAsync<ObjectStoreException>(
            () => artifacts.GetFileAsync(file, _directory.Combine("out")));
        (await artifacts.IsWholeAsync("k", version)).ShouldBeFalse();
        (await File.ReadAllBytesAsync(blob)).ShouldBe(found); // nothing is thrown away before there is better

        await artifacts.PutBytesAsync([1, 2, 3], "b");
        (await artifacts.IsWholeAsync("k", version)).ShouldBeTrue();
        await artifacts.GetFileAsync(file, _directory.Combine("out"));
        (await File.ReadAllBytesAsync(_directory.Combine("out"))).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Commit_ManifestFoundDamaged_IsReplaced()
    {
        var artifacts = Open();
        var manifest = Make(await artifacts.PutBytesAsync([1], "a"));
        var version = await artifacts.CommitAsync(manifest);
        var path = Directory.GetFiles(_directory.Path, version + "*", SearchOption.AllDirectories).Single();
        await File.WriteAllTextAsync(path, "{");
        (await Should.ThrowAsync<ObjectStoreException>(() => artifacts.FindAsync("k", version))).Message
            .ShouldContain(version);
        (await artifacts.IsWholeAsync("k", version)).ShouldBeFalse();
        await artifacts.CommitAsync(manifest);
        (await artifacts.IsWholeAsync("k", version)).ShouldBeTrue();
    }

    [Fact]
    public async Task Find_ChangedManifest_IsRefused()
    {
        var artifacts = Open();
        var version = await artifacts.CommitAsync(Make(await artifacts.PutBytesAsync([1], "a")));
        var path = Directory.GetFiles(_directory.Path, version + ".json", SearchOption.AllDirectories).Single();
        await File.WriteAllTextAsync(
            path, (await File.ReadAllTextAsync(path)).Replace("\"a\"", "\"b\"", StringComparison.Ordinal));
        (await Should.ThrowAsync<ObjectStoreException>(() => artifacts.FindAsync("k", version))).Error.ShouldBe(
            ObjectStoreError.Integrity);
    }

    [Fact]
    public async Task Fence_OlderAttempt_IsRefusedAfterALaterOneClaimed()
    {
        var store = new DirectoryObjectStore(_directory.Combine("store"));
        var (first, second) = (new Fence(store, "train", 1), new Fence(store, "train", 2));
        await first.ClaimAsync();
        await first.CheckAsync();
        await second.ClaimAsync();
        await second.CheckAsync();
        var error = await Should.ThrowAsync<ObjectStoreException>(() => first.CheckAsync());
        error.Message.ShouldContain("attempt 1");
        await Should.ThrowAsync<ObjectStoreException>(() => first.ClaimAsync());
    }

    public void Dispose() => _directory.Dispose();

    private static Manifest Make(params ArtifactFile[] files) =>
        Manifest.Create("k", files, [KeyValuePair.Create("source", "test")]);

    private ArtifactStore Open() => new(new DirectoryObjectStore(_directory.Combine("store")));
}
