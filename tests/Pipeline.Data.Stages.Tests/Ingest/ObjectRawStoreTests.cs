using Pipeline.Data.Ingest;
using Pipeline.Registry.Storage.Directories;
using Pipeline.Tools.Data;

namespace Pipeline.Data.Tests.Ingest;

public sealed class ObjectRawStoreTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Ingest_FromAnObjectStore_EqualsTheOneFromAFolder()
    {
        var objects = new DirectoryObjectStore(_folder.Combine("store"));
        var raw = Directory.CreateDirectory(_folder.Combine("raw", "in")).FullName;
        foreach (var name in new[] { "a.jsonl", "b.jsonl" })
        {
            File.WriteAllText(Path.Combine(raw, name), $"{{\"from\":\"{name}\"}}\n");
            await objects.PutAsync("in/" + name, File.OpenRead(Path.Combine(raw, name)));
        }

        var one = await new IngestStage(new ObjectRawStore(objects), new IngestOptions { Prefix = "in/" }).RunAsync(_folder.Combine("one"));
        var two = await new IngestStage(new FolderRawStore(_folder.Combine("raw")), new IngestOptions { Prefix = "in/" }).RunAsync(_folder.Combine("two"));
        one.Digest.ShouldBe(two.Digest);
    }

    [Fact]
    public async Task F05_ObjectOverwrittenAfterTheListing_IsSourceMutated()
    {
        var objects = new DirectoryObjectStore(_folder.Combine("store"));
        await objects.PutAsync("a.jsonl", new MemoryStream("{\"n\":1}\n"u8.ToArray()));
        var store = new ObjectRawStore(objects);
        var listed = new List<RawObject>();
        await foreach (var item in store.ListAsync("", CancellationToken.None))
        {
            listed.Add(item);
        }

        await objects.PutAsync("a.jsonl", new MemoryStream("{\"n\":2}\n"u8.ToArray()));
        var changed = await Should.ThrowAsync<SourceMutatedException>(() => store.DownloadAsync(listed[0], _folder.Combine("x"), CancellationToken.None));
        changed.Key.ShouldBe("a.jsonl");
        await objects.DeleteAsync("a.jsonl");
        (await Should.ThrowAsync<SourceMutatedException>(() => store.DownloadAsync(listed[0], _folder.Combine("x"), CancellationToken.None))).Message.ShouldContain("is gone");
    }
}
