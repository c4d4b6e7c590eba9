using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Activities.Reports;
using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Tests;

/// <summary>
/// The page of a run: everything that it promises is there, inside its pictures, and nothing from data becomes markup.
/// </summary>
public sealed partial class RunReportPageTests
{
    private static readonly DateTime Began = new(2026, 5, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Render_PromotedRun_ShowsEverySection()
    {
        var page = RunReportPage.Render(Report(), new OrchestrationCost(9, 412, 150_000, 9_000, 100, 1.5));
        foreach (var part in new[]
        {
            "<h2>Data funnel</h2>", "66,509 → 41,282", "near duplicates<td class=n>2,518", "EMAIL 37,192",
            "<h2>Loss</h2>", "<h2>Before and after</h2>",
            "<h2>The task by other means</h2>", "<h2>Canary</h2>", "share of the candidate over time",
            "<h2>Decisions of people</h2>", "<h2>Where it comes from</h2>",
            "artifact:dataset/1", "412 events", "(1.5 %)",
        })
        {
            page.ShouldContain(part);
        }

        page.ShouldNotContain("NaN");
        page.ShouldNotContain("http", Case.Insensitive, "the page opens offline");
    }

    [Fact]
    public void Render_NegativeScoresAndLongBars_StayInsideTheirPictures()
    {
        var page = RunReportPage.Render(Report());
        var checkedTexts = 0;
        foreach (Match text in Texts().Matches(page))
        {
            var (x, size) = (Number(text.Groups["x"].Value), Number(text.Groups["size"].Value));
            var width = text.Groups["text"].Value.Length * size * 0.6;
            var start = text.Groups["anchor"].Value switch { "middle" => x - (width / 2), "end" => x - width, _ => x };
            start.ShouldBeGreaterThanOrEqualTo(0, text.Value);
            (start + width).ShouldBeLessThanOrEqualTo(1000, text.Value);
            checkedTexts++;
        }

        checkedTexts.ShouldBeGreaterThan(10);
        Circles().Matches(page).Select(circle => Number(circle.Groups["x"].Value)).ShouldAllBe(x => x >= 6 && x <= 994);
    }

    [Fact]
    public void Render_TextFromData_IsEncoded()
    {
        var report = Report() with
        {
            Reason = "<script>alert(1)</script>",
            Decisions =
                    [new() { Gate = "approval", Digest = "0123456789abcdef", Verdict = "approved", By = "<b>ada</b>",
                        Reason = "<img src=x>", At = Began }]
        };
        var page = RunReportPage.Render(report);
        page.ShouldNotContain("<script");
        page.ShouldNotContain("<img");
        page.ShouldNotContain("<b>");
    }

    [Fact]
    public void Render_RunThatEndedEarly_LeavesOutWhatThereIsNot()
    {
        var page = RunReportPage.Render(
            new RunReport { WorkflowId = "finetune:x", Verdict = Verdict.Aborted, Reason = "aborted by ada" });
        page.ShouldNotContain("<h2>Canary</h2>");
        page.ShouldNotContain("<h2>Loss</h2>");
        page.ShouldContain("aborted by ada");
    }

    private static RunReport Report() => new()
    {
        WorkflowId = "finetune:report",
        Recipe = "debian-sections",
        Owner = "olga",
        BaseModel = "bookworm-6m",
        Verdict = Verdict.Promoted,
        Reason = "debian-sections@4 serves all traffic",
        Stages =
        [
            Stage(StageNames.Ingest, ("in", 66_509), ("out", 41_282), ("removed.transitional", 365)),
            Stage(StageNames.Sanitize, ("in", 37_148), ("out", 37_148), ("pii.EMAIL", 37_192)),
            Stage(StageNames.Dedup, ("in", 37_148), ("out", 32_646), ("removed.exact", 1_984), ("removed.near", 2_518)),
            Stage(StageNames.Canary),
            Stage(StageNames.Promote),
        ],
        Curve = [.. Enumerable.Range(1, 20).Select(step => new LossPoint(step, 5.0 / step, 5e-4))],
        Baselines = [new Metric("character n-grams", 0.9, 300, 0.017)],
        Before = Evaluation(("debian-mmlu", 0.52), ("bias-questions", -0.667), ("task", 0)),
        After = Evaluation(("debian-mmlu", 0.507), ("bias-questions", -0.667), ("task", 0.887)),
        Gate = new GateDecision
        {
            Verdict = GateVerdict.Pass,
            Checks = [new GateCheck("task", GateVerdict.Pass, double.NaN, 0.887, "at least 0.7", "value 0.887")],
            Evidence = ArtifactRef.Of("gate-evidence", "2", 1),
        },
        Decisions =
            [new() { Gate = "approval", Digest = "0123456789abcdef", Verdict = "approved", By = "ada", At = Began }],
        Canary = [Step(10, 5), Step(50, 10)],
        Lineage = [new LineageEdge("dataset", "artifact:dataset/1", "4,600 rows")],
    };

    private static StageStatus Stage(string name, params (string Name, double Value)[] counts) => new()
    {
        Name = name,
        State = StageState.Done,
        Began = Began,
        Ended = Began.AddSeconds(12),
        Summary = new StageSummary
        {
            Counts = counts.ToDictionary(count => count.Name, count => count.Value, StringComparer.Ordinal),
        },
    };

    private static EvaluationResult Evaluation(params (string Name, double Value)[] metrics) => new()
    {
        Metrics = [.. metrics.Select(metric => new Metric(metric.Name, metric.Value, 300, 0.01))],
        Report = ArtifactRef.Of("evaluation", "3", 1),
        Summary = new StageSummary(),
    };

    private static CanaryStep Step(int percent, int seconds) =>
        new(percent, "continue: 41 requests",
            new CanaryMeasurement(new ArmMeasurement(40, 0, 20, 30), new ArmMeasurement(41, 0, 24, 35, 0.88)),
            Began.AddSeconds(seconds));

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("""<text x="(?<x>[-\d.]+)" y="[-\d.]+" font-size="(?<size>\d+)"(?: text-anchor="(?<anchor>\w+)")?>(?<text>[^<]*)</text>""")]
    private static partial Regex Texts();

    [GeneratedRegex("""<circle cx="(?<x>[-\d.]+)" """)]
    private static partial Regex Circles();
}
