using System.Text.Json;
using Pipeline.Data.Ingest;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Tests.Ingest;

public sealed class IngestStageTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task S0_01_MixedObjects_AreAllListedCountedAndQuarantinedByPlace()
    {
        var raw = MixedObjects.Write(_folder.Combine("raw"));
        var options = new IngestOptions { QuarantineShare = 0.2 };
        var first = await new IngestStage(new FolderRawStore(raw), options).RunAsync(_folder.Combine("one"));
        MixedObjects.Check(first.Objects, raw);
        (first.Rows.In, first.Rows.Out, first.Rows.Quarantined).ShouldBe((12, 11, 1));
        var refused = JsonDocument.Parse(File.ReadAllText(_folder.Combine("one", "quarantine.jsonl"))).RootElement;
        (refused.GetProperty("file").GetString(), refused.GetProperty("line").GetInt64(),
            refused.GetProperty("code").GetString()).ShouldBe(("a.jsonl", 2, "E-ROW-JSON"));
        var rows = File.ReadAllLines(_folder.Combine("one", "rows.jsonl"));
        rows.Length.ShouldBe(11);
        rows.ShouldContain("{\"_id\":\"c.json:1\",\"text\":  \"in two lines\"}");
        var second = await new IngestStage(new FolderRawStore(raw), options).RunAsync(_folder.Combine("two"));
        second.Digest.ShouldBe(first.Digest);
        second.Files.ShouldBe(first.Files);
        JsonSerializer.Serialize(first).ShouldNotContain(MixedObjects.Marker);
    }

    [Fact]
    public async Task S2_01_PrefixGlobAndSince_SelectObjects()
    {
        var store = new MemoryRawStore();
        foreach (var (key, minute) in new[] { ("data/2026/a.jsonl", 1), ("data/2026/deep/b.jsonl", 2),
            ("data/2026/c.csv.bak", 3), ("data/d.jsonl", 4), ("other/e.jsonl", 5) })
        {
            store.Put(key, "{\"k\":\"" + key + "\"}\n", minute);
        }

        var options = new IngestOptions { Prefix = "data/", Glob = "**/*.jsonl" };
        var all = await new IngestStage(store, options).RunAsync(_folder.Combine("all"));
        all.Objects.Select(item => item.Key).ShouldBe(["data/2026/a.jsonl", "data/2026/deep/b.jsonl", "data/d.jsonl"]);
        var newer = await new IngestStage(
            store, options with
            { Since = new IngestMarker(all.Marker!.LastModified.AddMinutes(-3), "data/2026/a.jsonl") })
            .RunAsync(_folder.Combine("newer"));
        newer.Objects.Select(item => item.Key).ShouldBe(["data/2026/deep/b.jsonl", "data/d.jsonl"]);
        var none = await Should.ThrowAsync<DataInputException>(
            () => new IngestStage(store, options with { Since = all.Marker }).RunAsync(_folder.Combine("none")));
        none.Code.ShouldBe("E-ING-EMPTY");
    }

    [Theory]
    [InlineData("**", "a/b/c", true), InlineData("*", "a", true), InlineData("*", "a/b", false),
        InlineData("a/**/z", "a/z", true)]
    [InlineData("a/**/z", "a/b/c/z", true), InlineData("**/*.jsonl", "x.jsonl", true),
        InlineData("*.jsonl", "x.jsonl.gz", false), InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a/c", false), InlineData("", "", true), InlineData("a*b*c", "aXXbYYc", true),
        InlineData("a*b*c", "aXXbYY", false), InlineData("**a", "b/a", true)]
    public void Glob_Matches(string pattern, string key, bool expected) =>
        new GlobPattern(pattern).Matches(key).ShouldBe(expected);

    [Fact]
    public void Glob_ManyStars_StaysFast()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        new GlobPattern(string.Concat(Enumerable.Repeat("*a", 200))).Matches(new string('a', 1000) + "b")
            .ShouldBeFalse();
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task S2_01_ChangedObject_IsSourceMutated_WhileReadingAndLater()
    {
        var raw = Directory.CreateDirectory(_folder.Combine("raw")).FullName;
        File.WriteAllText(Path.Combine(raw, "a.jsonl"), "{\"text\":\"one\"}\n");
        var store = new FolderRawStore(raw);
        var manifest = await new IngestStage(store, new IngestOptions()).RunAsync(_folder.Combine("out"));
        await manifest.EnsureUnchangedAsync(store);
        IngestManifest.Find(_folder.Combine("out"))!.Digest.ShouldBe(manifest.Digest);
        File.WriteAllText(Path.Combine(raw, "a.jsonl"), "{\"text\":\"two\"}\n");
        (await Should.ThrowAsync<SourceMutatedException>(() => manifest.EnsureUnchangedAsync(store))).Key.ShouldBe(
            "a.jsonl");
        File.Delete(Path.Combine(raw, "a.jsonl"));
        (await Should.ThrowAsync<SourceMutatedException>(() => manifest.EnsureUnchangedAsync(store))).Message
            .ShouldContain("is gone");
        File.WriteAllText(Path.Combine(raw, "a.jsonl"), "{\"text\":\"three\"}\n");
        var listed = new RawObject("a.jsonl", manifest.Objects[0].Version, 15, DateTimeOffset.UnixEpoch);
        await Should.ThrowAsync<SourceMutatedException>(
            () => store.DownloadAsync(listed, _folder.Combine("copy"), CancellationToken.None));
    }

    [Fact]
    public async Task S2_01_TenThousandObjects_AllCountedOnceAndResumedWithoutReadingAgain()
    {
        var store = new MemoryRawStore { Repeats = 2 };
        foreach (var i in Enumerable.Range(0, 10_000))
        {
            store.Put($"part-{i:D5}.jsonl", $"{{\"n\":{i}}}\n");
        }

        using var stop = new CancellationTokenSource();
        var progress = new Callback(seen =>
        {
            if (seen.Objects == 4_000)
            {
                stop.Cancel();
            }
        });
        await Should.ThrowAsync<OperationCanceledException>(
            () => new IngestStage(store, new IngestOptions()).RunAsync(_folder.Combine("out"), progress, stop.Token));
        var read = store.Downloads;
        var last = new IngestProgress(0, 0, 0, 0, 0);
        var manifest = await new IngestStage(store, new IngestOptions())
            .RunAsync(_folder.Combine("out"), new Callback(seen => last = seen));
        (manifest.Objects.Count, manifest.Rows.Out, manifest.RepeatedInListing).ShouldBe((10_000, 10_000, 10_000));
        last.Reused.ShouldBeGreaterThanOrEqualTo(4_000);
        store.Downloads.ShouldBeLessThanOrEqualTo(10_000 + read - last.Reused);
        Directory.Exists(_folder.Combine("out", "parts")).ShouldBeFalse();
        var straight = await new IngestStage(store, new IngestOptions { Concurrency = 1 })
            .RunAsync(_folder.Combine("straight"));
        (straight.Digest, straight.Files[1].Sha256).ShouldBe((manifest.Digest, manifest.Files[1].Sha256));
    }

    [Fact]
    public async Task B15_B16_HostileKeys_AreDataOnly()
    {
        var store = new MemoryRawStore();
        string[] keys = ["../../etc/passwd", "a//b", ".", "..", "%2e%2e%2f", "%252e%252e%252f", "a\\b", "/abs", "C:\\x",
            "Case", "case", "caf\u00e9", "cafe\u0301", new('k', 1024), "a:b\"c"];
        foreach (var key in keys)
        {
            store.Put(key, "{\"n\":1}\n");
        }

        store.Put("folder/", "");
        var manifest = await new IngestStage(store, new IngestOptions()).RunAsync(_folder.Combine("deep", "out"));
        manifest.Objects.Select(item => item.Key).ShouldBe(keys, ignoreOrder: true);
        manifest.Rows.Out.ShouldBe(keys.Length);
        Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).ShouldBe(["deep"]);
        File.ReadLines(_folder.Combine("deep", "out", "rows.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("_id").GetString())
            .ShouldBe(keys.Select(key => key + ":1"), ignoreOrder: true);
    }

    [Fact]
    public async Task B02_B13_B20_UnusableObjects_AreNamed()
    {
        var store = new MemoryRawStore();
        store.Put("a.jsonl", "");
        store.Put("b.jsonl", "\n\n");
        (await Fails(store)).Code.ShouldBe("E-ING-EMPTY");
        store.Put("page.jsonl", "<!doctype html><p>not found");
        var html = await Fails(store);
        (html.Code, html.Message).ShouldBe(("E-ING-CONTENT", html.Message));
        html.Message.ShouldContain("page.jsonl");
        store.Put("page.jsonl", "{\"n\":1}\n");
        store.LieAboutBytes = 1;
        (await Fails(store)).Code.ShouldBe("E-ING-LENGTH");
        store.LieAboutBytes = 0;
        store.Put("bad.jsonl", "{\n{\n{\n");
        var budget = await Fails(store);
        budget.Code.ShouldBe("E-ING-BUDGET");
        budget.Message.ShouldContain("3 of 4 rows are malformed, most of them in 'bad.jsonl'");
        File.Exists(_folder.Combine("out", "summary.json")).ShouldBeFalse();
    }

    [Fact]
    public async Task Rows_WithTheirOwnIdentity_KeepIt()
    {
        var store = new MemoryRawStore();
        store.Put("a.jsonl", "{\"_id\":\"mine\",\"x\":{\"_id\":\"inner\"}}\n{}\n{\"x\":{\"_id\":\"inner\"}}\n");
        await new IngestStage(store, new IngestOptions()).RunAsync(_folder.Combine("out"));
        File.ReadAllLines(_folder.Combine("out", "rows.jsonl")).ShouldBe(
            ["{\"_id\":\"mine\",\"x\":{\"_id\":\"inner\"}}", "{\"_id\":\"a.jsonl:2\"}",
                "{\"_id\":\"a.jsonl:3\",\"x\":{\"_id\":\"inner\"}}"]);
    }

    private Task<DataInputException> Fails(MemoryRawStore store) =>
        Should.ThrowAsync<DataInputException>(
            () => new IngestStage(store, new IngestOptions()).RunAsync(_folder.Combine("out")));

    private sealed class Callback(Action<IngestProgress> seen) : IProgress<IngestProgress>
    {
        public void Report(IngestProgress value) => seen(value);
    }
}
