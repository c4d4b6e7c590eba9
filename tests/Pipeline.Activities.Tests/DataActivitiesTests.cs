using System.Text.Json;
using Pipeline.Activities.Data;
using Pipeline.Activities.Running;
using Pipeline.Activities.Storage;
using Pipeline.Data.Ingest;
using Pipeline.Data.Stages;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.Directories;
using Pipeline.Registry.Storage.S3;
using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;

namespace Pipeline.Activities.Tests;

/// <summary>Rows of folders and of the store.</summary>
[Trait("Tier", "e2e")]
public sealed class DataActivitiesTests
{
    [Theory]
    [InlineData("folder")]
    [InlineData("store")]
    public async Task MaxRows_OfAnySource_DrawsThatManyAndAccountsForTheRest(string source)
    {
        using var folder = new TempDirectory();
        var store = new DirectoryObjectStore(folder.Combine("store"));
        var text =
            string.Concat(Enumerable.Range(1, 50).Select(row => $"{{\"text\":\"row number {row} of the file\"}}\n"));
        await store.PutAsync("raw/x/rows.jsonl", new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), default,
            TestContext.Current.CancellationToken);
        Directory.CreateDirectory(folder.Combine("rows"));
        await File.WriteAllTextAsync(folder.Combine("rows", "rows.jsonl"), text, TestContext.Current.CancellationToken);
        var host = new Host(store, folder.Combine("host"));
        var data = new DataOptions
        {
            Source = source == "store" ? "store:raw/x/" : folder.Combine("rows"),
            MaxRows = 10,
            StratifyBy = "",
            TextFields = [],
        };

        var rows = await Host.Attempt(1).RunAsync(() => host.Data.IngestAsync(new(data)));
        var counts = rows.Summary.Counts;
        (counts["in"], counts["out"], counts["removed.not-sampled"]).ShouldBe((50, 10, 40));
        File.ReadLines(
            Path.Combine(await host.Artifacts.OpenAsync(rows.Rows, TestContext.Current.CancellationToken),
                "rows.jsonl")).Count().ShouldBe(10);
        var other = await Host.Attempt(1).RunAsync(() => host.Data.IngestAsync(new(data with { Seed = 2 })));
        other.Rows.ShouldNotBe(rows.Rows);
    }

    [Fact]
    public async Task Ingest_RowsWithoutTheFieldsOfTheOptions_SaysWhatTheyHaveAndWhatToDo()
    {
        using var folder = new TempDirectory();
        Directory.CreateDirectory(folder.Combine("rows"));
        await File.WriteAllTextAsync(
            folder.Combine("rows", "rows.jsonl"), """{"question":"why","answer":"because"}""",
            TestContext.Current.CancellationToken);
        var host = new Host(new DirectoryObjectStore(folder.Combine("store")), folder.Combine("host"));
        var defaults = new FineTuneInput { Data = new DataOptions { Source = folder.Combine("rows") } };

        var failure = await Should.ThrowAsync<InvalidDataException>(
            () => Host.Attempt(1).RunAsync(
                () => host.Data.IngestAsync(new(defaults.Data, defaults.Dataset.Task))));
        failure.Message.ShouldContain("have the fields _id, answer, question");
        failure.Message.ShouldContain("data.stratifyBy 'section' is none of them");
        failure.Message.ShouldContain("data.textFields (description, long_description) there is none");
        failure.Message.ShouldContain("dataset.task debian-section needs package, description, section too");

        // The same source with options that fit it, without ingesting again.
        var fitting = defaults.Data with { StratifyBy = "answer", TextFields = [] };
        (await Host.Attempt(1).RunAsync(() => host.Data.IngestAsync(new(fitting)))).Summary.Cached.ShouldBeTrue();
    }

    [Theory]
    [InlineData("folder"), InlineData("store"), InlineData("s3")]
    public async Task S2_01_ObjectOverwrittenBetweenStages_IsSourceMutatedAndNotRetried(string kind)
    {
        using var folder = new TempDirectory();
        using var server = kind == "s3" ? await S3Server.StartAsync(folder.Combine("s3")) : null;
        IObjectStore store = server is null ? new DirectoryObjectStore(folder.Combine("store"))
            : new S3ObjectStore(
                new S3StoreOptions { Bucket = S3Server.Bucket, Endpoint = server.Endpoint },
                new Amazon.Runtime.BasicAWSCredentials(S3Server.Key, S3Server.Key));
        Directory.CreateDirectory(folder.Combine("rows"));
        var host = new Host(store, folder.Combine("host"));
        var data = new DataOptions
        {
            Source = kind == "folder" ? folder.Combine("rows") : "store:raw/",
            StratifyBy = "",
            TextFields = [],
        };
        await WriteAsync("first");
        var raw = await IngestAsync();
        (await HoldOutAsync(raw)).Summary.Counts["removed.heldOut"].ShouldBe(2);
        await WriteAsync("other");

        // Also where the draw was finished before.
        var failure = FailureMapping.Map(await Should.ThrowAsync<SourceMutatedException>(() => HoldOutAsync(raw)));
        (failure!.ErrorType, failure.NonRetryable).ShouldBe((ErrorTypes.SourceMutated, true));
        failure.Message.ShouldContain("rows.jsonl");
        (await HoldOutAsync(await IngestAsync())).Summary.Counts["removed.heldOut"].ShouldBe(2);

        Task<DataStageResult> IngestAsync() => Host.Attempt(1).RunAsync(() => host.Data.IngestAsync(new(data)));
        Task<DataStageResult> HoldOutAsync(DataStageResult rows) =>
            Host.Attempt(1).RunAsync(() => host.Data.HoldOutAsync(new() { Rows = rows.Rows, Data = data }));

        async Task WriteAsync(string word)
        {
            var text = string.Concat(Enumerable.Range(1, 20).Select(row => $"{{\"text\":\"{word} row {row}\"}}\n"));
            await File.WriteAllTextAsync(
                folder.Combine("rows", "rows.jsonl"), text, TestContext.Current.CancellationToken);
            await store.PutAsync("raw/rows.jsonl", new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), default,
                TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Ingest_ObjectWrittenAfterTheListing_IsNotRememberedUnderIt()
    {
        using var folder = new TempDirectory();
        Directory.CreateDirectory(folder.Combine("rows"));
        Put("a.jsonl", "first");
        var store = new DirectoryObjectStore(folder.Combine("store"));
        var sources = new DataSources(store, new WorkerPaths(Repository.Root, folder.Combine("host")));
        var data = new DataOptions { Source = folder.Combine("rows") };
        var opened = await sources.OpenAsync(data, TestContext.Current.CancellationToken);
        Put("b.jsonl", "later");
        (await WriteAsync()).In.ShouldBe(1);
        Put("a.jsonl", "changed");
        await Should.ThrowAsync<SourceMutatedException>(WriteAsync);

        void Put(string name, string text) =>
            File.WriteAllText(folder.Combine("rows", name), $"{{\"text\":\"{text}\"}}\n");
        Task<RowAccounting> WriteAsync() => opened.WriteAsync(
            folder.Combine(Guid.NewGuid().ToString("N")), new Progress<StageProgress>(),
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task S1_17_RowsLikeATestRow_DoNotStayInTheTrainingRows()
    {
        using var folder = new TempDirectory();
        Directory.CreateDirectory(folder.Combine("rows"));
        var random = new Random(4);
        var texts = Enumerable.Range(0, 60)
            .Select(_ => string.Join(' ', Enumerable.Range(0, 40).Select(_ => $"w{random.Next(3000)}"))).ToList();
        // Every text three times: as it is, once more, and with one word more.
        await File.WriteAllLinesAsync(
            folder.Combine("rows", "rows.jsonl"),
            texts.SelectMany((text, i) => new[] { $"a{i}", $"b{i}", $"c{i}" }
                .Select(id => $"{{\"id\":\"{id}\",\"text\":\"{(id[0] == 'c' ? $"{text} more" : text)}\"}}")),
            TestContext.Current.CancellationToken);
        var host = new Host(new DirectoryObjectStore(folder.Combine("store")), folder.Combine("host"));
        var data = new DataOptions { Source = folder.Combine("rows"), StratifyBy = "", TextFields = [] };
        var raw = await Host.Attempt(1).RunAsync(() => host.Data.IngestAsync(new(data)));
        var kept = await Host.Attempt(1).RunAsync(
            () => host.Data.HoldOutAsync(new() { Rows = raw.Rows, Data = data }));
        var distinct = await Host.Attempt(1).RunAsync(
            () => host.Data.DedupAsync(new() { Rows = kept.Rows, HeldOut = kept.Second, Data = data }));
        var test = await NumbersAsync(kept.Second!);
        (await NumbersAsync(distinct.Rows)).Intersect(test).ShouldBeEmpty();
        distinct.Summary.Counts["out"].ShouldBe(60 - test.Count);
        distinct.Summary.Counts["removed.held-out"].ShouldBe((3 * test.Count) - 18);
        distinct.Summary.Text.ShouldContain("removed ");

        async Task<HashSet<string>> NumbersAsync(ArtifactRef rows) =>
            [.. File.ReadLines(Path.Combine(
                await host.Artifacts.OpenAsync(rows, TestContext.Current.CancellationToken), "rows.jsonl"))
                .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()![1..])];
    }

    [Fact]
    public async Task Dedup_RowsSetAside_SaysWhichFieldsItLookedFor()
    {
        using var folder = new TempDirectory();
        Directory.CreateDirectory(folder.Combine("rows"));
        await File.WriteAllLinesAsync(
            folder.Combine("rows", "rows.jsonl"),
            Enumerable.Range(0, 40).Select(i => i == 7 ? "{\"other\":7}" : $"{{\"story\":\"text of row {i * 91}\"}}"),
            TestContext.Current.CancellationToken);
        var host = new Host(new DirectoryObjectStore(folder.Combine("store")), folder.Combine("host"));
        var data = new DataOptions { Source = folder.Combine("rows"), StratifyBy = "", TextFields = ["story"] };
        var rows = await Host.Attempt(1).RunAsync(() => host.Data.IngestAsync(new(data)));
        var order = new DataStageInput { Rows = rows.Rows, Data = data };
        (await Host.Attempt(1).RunAsync(() => host.Data.DedupAsync(order))).Summary.Text
            .ShouldContain("set aside 1, the first because none of the text fields story is a string");
    }
}
