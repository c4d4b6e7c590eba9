using System.Security.Cryptography;
using System.Text;
using Pipeline.Data.Ingest;
using Pipeline.Registry.Storage.Directories;
using Pipeline.Registry.Tests.Storage;
using Pipeline.Sources;

namespace Pipeline.Data.Tests.Ingest;

public sealed class ObjectRawStoreTests(TestStores stores) : IClassFixture<TestStores>, IDisposable
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

        var one = await new IngestStage(new ObjectRawStore(objects), new IngestOptions { Prefix = "in/" })
            .RunAsync(_folder.Combine("one"));
        var two = await new IngestStage(
            new FolderRawStore(_folder.Combine("raw")), new IngestOptions { Prefix = "in/" })
            .RunAsync(_folder.Combine("two"));
        one.Digest.ShouldBe(two.Digest);
    }

    [Fact]
    public async Task S0_01_Ingest_FromARealServer_PagesPartsAndKindsOfFiles()
    {
        var objects = stores.Open("s3"); // skips where there is no server
        for (var i = 0; i < 1100; i++)
        {
            await objects.PutAsync(
                $"many/{i:0000}.jsonl", new MemoryStream(Encoding.UTF8.GetBytes($"{{\"n\":{i}}}\n")));
        }

        var large = Encoding.UTF8.GetBytes(
            string.Concat(
                Enumerable.Range(0, 60_000).Select(i => $"{{\"text\":\"row {i} {new string('x', 200)}\"}}\n")));
        await objects.PutAsync("many/large.jsonl", new MemoryStream(large));
        var kinds = MixedObjects.Write(_folder.Combine("kinds"));
        foreach (var path in Directory.GetFiles(kinds))
        {
            await using var content = File.OpenRead(path);
            await objects.PutAsync($"mixed/{Path.GetFileName(path)}", content);
        }

        var mixed = await new IngestStage(
            new ObjectRawStore(objects), new IngestOptions { Prefix = "mixed/", QuarantineShare = 0.2 })
            .RunAsync(_folder.Combine("mixed"));
        MixedObjects.Check(mixed.Objects.Select(item => item with { Key = item.Key["mixed/".Length..] }), kinds);
        File.ReadAllText(_folder.Combine("mixed", "quarantine.jsonl")).ShouldContain("mixed/a.jsonl\",\"line\":2");
        var manifest = await new IngestStage(new ObjectRawStore(objects), new IngestOptions { Prefix = "many/" })
            .RunAsync(_folder.Combine("out"));
        manifest.Objects.Count.ShouldBe(1101);
        manifest.Rows.Out.ShouldBe(61_100);
        manifest.Objects.Single(item => item.Key == "many/large.jsonl").Sha256.ShouldBe(
            Convert.ToHexStringLower(SHA256.HashData(large)));
        var again = await new IngestStage(new ObjectRawStore(objects), new IngestOptions { Prefix = "many/" })
            .RunAsync(_folder.Combine("again"));
        again.Digest.ShouldBe(manifest.Digest);
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
        var changed = await Should.ThrowAsync<SourceMutatedException>(
            () => store.DownloadAsync(listed[0], _folder.Combine("x"), CancellationToken.None));
        changed.Key.ShouldBe("a.jsonl");
        await objects.DeleteAsync("a.jsonl");
        (await Should.ThrowAsync<SourceMutatedException>(
            () => store.DownloadAsync(listed[0], _folder.Combine("x"), CancellationToken.None))).Message.ShouldContain(
            "is gone");
    }
}
