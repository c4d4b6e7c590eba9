using Pipeline.Registry.Artifacts;
using Pipeline.Registry.Models;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.Directories;

namespace Pipeline.Registry.Tests;

public sealed class SegmentSetTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Append_RetriesAndRaces_AddEachContentOnce()
    {
        var store = new DirectoryObjectStore(_folder.Combine("store"));
        var files = Enumerable.Range(0, 4).Select(i => Write($"s{i}", $"segment {i}")).ToArray();
        var added = await Task.WhenAll(
            files.Concat(files)
                .Select(file => Task.Run(() => new SegmentSet(store, "web").AppendAsync(file, "dataset"))));
        added.GroupBy(segment => segment.Sha256)
            .ShouldAllBe(group => group.Select(segment => segment.Number).Distinct().Count() == 1);
        (await new SegmentSet(store, "web").ListAsync()).Select(segment => segment.Number).ShouldBe([1, 2, 3, 4]);
        (await new SegmentSet(store, "other").ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Download_EveryHistory_IsProvenAndKept()
    {
        var store = new DirectoryObjectStore(_folder.Combine("store"));
        var set = new SegmentSet(store, "web");
        var first = await set.AppendAsync(Write("a", "one"), "dataset 1");
        await set.AppendAsync(Write("b", "two"), "dataset 2");
        var paths = await set.DownloadAsync(_folder.Combine("cache"));
        paths.Select(File.ReadAllText).ShouldBe(["one", "two"]);
        await store.PutAsync($"blobs/sha256/{first.Sha256[..2]}/{first.Sha256}", new MemoryStream("eno"u8.ToArray()));
        (await set.DownloadAsync(_folder.Combine("cache"))).ShouldBe(paths);
        (await Should.ThrowAsync<ObjectStoreException>(() => set.DownloadAsync(_folder.Combine("fresh")))).Error
            .ShouldBe(ObjectStoreError.Integrity);
        Should.Throw<RegistryException>(() => new SegmentSet(store, "../x"));
    }

    private string Write(string name, string content)
    {
        File.WriteAllText(_folder.Combine(name), content);
        return _folder.Combine(name);
    }
}
