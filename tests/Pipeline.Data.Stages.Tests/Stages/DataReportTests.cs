using Pipeline.Data.Sanitization;
using Pipeline.Data.Stages;
using Pipeline.Data.Stages.Reports;

namespace Pipeline.Data.Tests.Stages;

public sealed class DataReportTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Render_FinishedStage_ShowsCountsAndPlots()
    {
        File.WriteAllLines(_folder.Combine("in.jsonl"),
            ["{\"id\":1,\"text\":\"mail ann@example.org\"}", "{\"id\":2,\"text\":\"one two three four five\"}"]);
        await new SanitizeStage(new SanitizeOptions())
            .RunAsync([_folder.Combine("in.jsonl")], _folder.Combine("clean"));
        var stage = StageReport.Read(_folder.Combine("clean"));
        (stage.Name, stage.Rows!.In, stage.PiiSpans["EMAIL"]).ShouldBe(("clean", 2, 1));
        var lengths = LengthHistogram.Of([_folder.Combine("clean", "rows.jsonl")], TextFields.Default);
        lengths.Buckets.ShouldBe(new Dictionary<string, long> { ["≤ 2"] = 1, ["≤ 8"] = 1 });
        var page = DataReport.Render("Run <7>", [stage], lengths);
        page.ShouldContain("<td>clean</td><td>2</td><td>2</td><td>0</td><td>0</td><td>yes</td>");
        page.ShouldContain("<svg");
        page.ShouldContain("Run &lt;7&gt;");
        page.ShouldNotContain("<script");
        page.ShouldNotContain("://");
    }

    [Fact]
    public void Read_UnfinishedOrDamagedStage_SaysSo()
    {
        Should.Throw<FileNotFoundException>(() => StageReport.Read(_folder.Path)).Message.ShouldContain(
            "did not finish");
        File.WriteAllText(_folder.Combine("summary.json"), "{");
        Should.Throw<InvalidDataException>(() => StageReport.Read(_folder.Path)).Message.ShouldContain("is damaged");
    }
}
