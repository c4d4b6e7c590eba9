using Pipeline.Registry.Storage.Directories;
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
