using Pipeline.Data.Sanitization;
using Pipeline.Data.Splits;
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
        (stage.Name, stage.Rows!.In, stage.PiiSpans["EMAIL: replace"]).ShouldBe(("clean", 2, 1));
        var lengths = LengthHistogram.Of([_folder.Combine("clean", "rows.jsonl")], TextFields.Default);
        // A bucket between two others is shown even where it is empty.
        lengths.Buckets.ShouldBe(new Dictionary<string, long> { ["≤ 2"] = 1, ["≤ 4"] = 0, ["≤ 8"] = 1 });
        await new HoldoutStage(new HoldoutOptions()).RunAsync([_folder.Combine("in.jsonl")], _folder.Combine("held"));
        var rule = $"ngram-13:{new string('n', 60)}";
        var removed = new StageReport
        {
            Name = "decontaminate",
            Rows = new RowAccounting { In = 5, Out = 2, Removed = { [rule] = 3 } },
            ClusterSizes = new Dictionary<string, long> { ["2"] = 7 },
        };
        var page = DataReport.Render("Run <7>", [StageReport.Read(_folder.Combine("held")), stage, removed], lengths);
        page.ShouldContain("<td>held</td><td>2</td><td>1</td><td title=\"held-out 1\">1</td><td>0</td><td>yes</td>");
        page.ShouldContain("<td>clean</td><td>2</td><td>2</td><td title=\"\">0</td><td>0</td><td>yes</td>");
        foreach (var (title, bars) in (ReadOnlySpan<(string, string[])>)
        [
            ("Removed rows by rule", ["held: held-out", "decontaminate: ngram", rule]),
            ("Lengths of the rows at the end, in words", ["≤ 4"]), ("Duplicate clusters by size", ["7</text>"]),
            ("Personal data by class", ["EMAIL: replace"]),
        ])
        {
            var plot = page[page.IndexOf($"aria-label=\"{title}\"", StringComparison.Ordinal)..];
            plot = plot[..plot.IndexOf("</svg>", StringComparison.Ordinal)];
            bars.ShouldAllBe(bar => plot.Contains(bar));
        }

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
