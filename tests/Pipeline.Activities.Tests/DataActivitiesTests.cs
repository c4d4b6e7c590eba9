using Pipeline.Registry.Storage.Directories;
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
}
