using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.Directories;

namespace Pipeline.Registry.Tests.Storage;

public sealed class DirectoryFaultTests
{
    [Fact]
    public async Task F09_NoSpaceLeft_NamesNeedAndFreeAndCleansUp()
    {
        using var mount = TmpfsMount.TryCreate("size=1m");
        var store = new DirectoryObjectStore(mount.Path);
        await store.PutAsync("small", new MemoryStream(new byte[1000]));
        var error = await Should.ThrowAsync<ObjectStoreException>(
            () => store.PutAsync("big", new MemoryStream(new byte[4 << 20])));
        error.Error.ShouldBe(ObjectStoreError.NoSpace);
        error.Message.ShouldContain("4194304 bytes needed");
        error.Message.ShouldContain("free");
        Directory.GetFiles(Path.Combine(mount.Path, ".staging")).ShouldBeEmpty();
        (await store.HeadAsync("small"))!.Bytes.ShouldBe(1000);
        (await store.HeadAsync("big")).ShouldBeNull();
    }

    [Fact]
    public void F13_StagingOnAnotherFileSystem_IsRefused()
    {
        using var directory = new TempDirectory();
        using var mount = TmpfsMount.TryCreate("size=1m", directory.Combine(".staging"));
        var error = Should.Throw<ObjectStoreException>(() => new DirectoryObjectStore(directory.Path));
        error.Error.ShouldBe(ObjectStoreError.Unsupported);
        error.Message.ShouldContain("another file system");
    }

    [Fact]
    public void F14_ReadOnlyMount_IsRefusedBeforeWork()
    {
        using var mount = TmpfsMount.TryCreate("size=1m,ro");
        Should.Throw<ObjectStoreException>(() => new DirectoryObjectStore(mount.Path)).Error.ShouldBe(
            ObjectStoreError.ReadOnly);
    }

    [Fact]
    public async Task Put_TwoVersionsWithinOneTick_HaveDifferentETags()
    {
        using var directory = new TempDirectory();
        var store = new DirectoryObjectStore(directory.Path, new FakeTime());
        var first = await store.PutAsync("k", new MemoryStream([1]));
        var second = await store.PutAsync("k", new MemoryStream([2]));
        second.ETag.ShouldNotBe(first.ETag);
    }

    [Fact]
    public async Task Open_WhileReplaced_ReadsOneVersion()
    {
        using var directory = new TempDirectory();
        var store = new DirectoryObjectStore(directory.Path);
        await store.PutAsync("k", new MemoryStream(Enumerable.Repeat((byte)1, 1 << 20).ToArray()));
        await using var body = await store.OpenAsync("k");
        await store.PutAsync("k", new MemoryStream(Enumerable.Repeat((byte)2, 1 << 20).ToArray()));
        using var read = new MemoryStream();
        await body.CopyToAsync(read);
        read.ToArray().ShouldAllBe(b => b == 1);
    }

    [Fact]
    public void Start_OldOrphans_AreSwept()
    {
        using var directory = new TempDirectory();
        _ = new DirectoryObjectStore(directory.Path);
        var orphan = Path.Combine(directory.Path, ".staging", "orphan");
        File.WriteAllText(orphan, "x");
        File.SetLastWriteTimeUtc(orphan, DateTime.UtcNow.AddDays(-2));
        _ = new DirectoryObjectStore(directory.Path);
        File.Exists(orphan).ShouldBeFalse();
    }
}
