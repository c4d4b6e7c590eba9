using System.Text.Json;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Tests.Stages;

public sealed class LabelStageTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task S0_03_Labels_LandInTheNextVersionWithAnnotatorAndTime()
    {
        var summary = await RunAsync(
            ["a", "c"], new RowLabel("a", "good", "ann", Noon), new RowLabel("a", "bad", "bob", Noon.AddHours(1)));
        (summary.Labelled, summary.Rows.In, summary.Rows.Out).ShouldBe((1, 3, 3));
        summary.Open.ShouldBe(["c"]);
        var rows = File.ReadLines(_folder.Combine("out", "rows.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();
        (rows[0].GetProperty("_label").GetString(), rows[0].GetProperty("_annotator").GetString(),
            rows[0].GetProperty("_annotated_at").GetDateTimeOffset())
            .ShouldBe(("bad", "bob", Noon.AddHours(1)));
        rows[1].TryGetProperty("_label", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task S0_03_LabelOutsideTheSample_IsRefusedAndNothingIsWritten()
    {
        (await Should.ThrowAsync<InvalidDataException>(
            () => RunAsync(["a"], new RowLabel("b", "good", "ann", Noon)))).Message.ShouldContain(
            "row 'b', which was not offered");
        (await Should.ThrowAsync<InvalidDataException>(
            () => RunAsync(["a"], new RowLabel("a", "good", " ", Noon)))).Message.ShouldContain("no annotator");
        (await Should.ThrowAsync<InvalidDataException>(() => RunAsync(["gone"], []))).Message.ShouldContain(
            "'gone' was offered");
        File.Exists(_folder.Combine("out", "summary.json")).ShouldBeFalse();
    }

    private Task<LabelSummary> RunAsync(string[] sample, params RowLabel[] labels)
    {
        File.WriteAllLines(
            _folder.Combine("in.jsonl"), new[] { "a", "b", "c" }.Select(id => $"{{\"id\":\"{id}\",\"text\":\"x\"}}"));
        return new LabelStage(sample, labels).RunAsync([_folder.Combine("in.jsonl")], _folder.Combine("out"));
    }
}
