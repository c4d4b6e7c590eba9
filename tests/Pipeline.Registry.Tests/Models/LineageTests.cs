using System.Text.Json;
using Pipeline.Registry.Lineage;
using Pipeline.Registry.Models;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.Directories;

namespace Pipeline.Registry.Tests.Models;

public sealed class LineageTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly DirectoryObjectStore _store;

    public LineageTests() => _store = new DirectoryObjectStore(_directory.Combine("store"));

    [Fact]
    public async Task S2_09_ServedAlias_LeadsBackToEverything()
    {
        var registry = await PromotedAsync();
        var graph = await registry.LineageAsync(ModelAddress.Parse("models:/packages@champion"));
        graph.Missing.ShouldBeEmpty();
        graph.Unrecorded.ShouldBeEmpty();
        graph.Of(LineageKind.RawObject).Single().Label.ShouldBe("s3://raw/part-1.jsonl");
        graph.Of(LineageKind.Rollout).Select(node => node.Properties["reason"])
            .ShouldBe(["p95 120 ms", "better"], ignoreOrder: true);
        using var json = JsonDocument.Parse(graph.ToJson());
        json.RootElement.GetProperty("root").GetString().ShouldBe(graph.Root);
        json.RootElement.GetProperty("nodes").GetArrayLength().ShouldBe(graph.Nodes.Count);
        json.RootElement.GetProperty("nodes")[0].GetProperty("id").GetString().ShouldBe(graph.Root);
    }

    [Fact]
    public async Task Lineage_GapsAreNamed()
    {
        var registry = new ModelRegistry(_store);
        var unknown = $"dataset:{Sample.Digest}";
        await registry.RegisterAsync(await Sample.RequestAsync(registry, "a", "a", unknown));
        var graph = await registry.LineageAsync(ModelAddress.Parse("packages@1"));
        graph.Unrecorded.ShouldBe([unknown]);
        graph.Missing.ShouldContain(LineageKind.Approval);
        LineagePage.Render("packages@1", graph, []).ShouldContain("Not recorded: raw-object");
    }

    [Fact]
    public async Task Lineage_ChangedNode_IsRefused()
    {
        var registry = await PromotedAsync();
        await foreach (var info in _store.ListAsync("lineage/raw-object/"))
        {
            var text = await new StreamReader(await _store.OpenAsync(info.Key)).ReadToEndAsync();
            await _store.PutAsync(
                info.Key,
                new MemoryStream(
                    System.Text.Encoding.UTF8.GetBytes(text.Replace("part-1", "part-2", StringComparison.Ordinal))));
        }

        (await Should.ThrowAsync<RegistryException>(() => registry.LineageAsync(ModelAddress.Parse("packages@1")))).Code
            .ShouldBe("E-REG-DIGEST");
    }

    [Fact]
    public async Task B64_Page_EncodesEverythingAndLoadsNothing()
    {
        var registry = await PromotedAsync(reason: "<script>alert(1)</script>\" onload=x");
        var address = ModelAddress.Parse("packages@champion");
        var page = LineagePage.Render(
            "<svg onload=x>", await registry.LineageAsync(address), await registry.HistoryAsync("packages"));
        page.ShouldNotContain("<script");
        page.ShouldNotContain("<svg");
        page.ShouldContain("&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=x");
        page.ShouldContain("default-src 'none'");
        page.ShouldNotContain("http://");
        page.ShouldNotContain("https://");
    }

    [Theory, InlineData("dataset"), InlineData("../x:aa"), InlineData("dataset:../../x"), InlineData(":x")]
    public async Task Record_MalformedInput_IsRefused(string input) =>
        (await Should.ThrowAsync<RegistryException>(() => new LineageStore(_store).RecordAsync(
            new LineageNode { Kind = LineageKind.Dataset, Label = "x", Inputs = [input] }))).Error.ShouldBe(
            RegistryError.InvalidName);

    public void Dispose() => _directory.Dispose();

    private async Task<ModelRegistry> PromotedAsync(string reason = "better")
    {
        var registry = new ModelRegistry(_store);
        await registry.RegisterAsync(
            await Sample.RequestAsync(registry, "a", "a", await Sample.LineageAsync(registry)));
        await registry.ReportRolloutAsync("packages", 1, "canary-25", "canary:1/run", "p95 120 ms", "canary-25");
        await registry.ReportRolloutAsync("packages", 1, "canary-25", "canary:1/run", "p95 120 ms", "canary-25");
        await registry.MoveAliasAsync(Sample.Move("champion", 1, null) with { Waiver = "", Reason = reason });
        return registry;
    }
}
