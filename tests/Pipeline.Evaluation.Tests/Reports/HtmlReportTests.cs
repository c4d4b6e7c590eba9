using System.Xml.Linq;
using Pipeline.Evaluation.Gates;
using Pipeline.Evaluation.Metrics;
using Pipeline.Evaluation.Reports;
using Pipeline.Evaluation.Reports.Plots;
using Pipeline.Evaluation.Results;
using Pipeline.Evaluation.Tests.Gates;

namespace Pipeline.Evaluation.Tests.Reports;

public sealed class HtmlReportTests
{
    private const string Hostile = "<script>alert(1)</script><svg onload=x> \" ' & [a](javascript:b) \u0007";

    [Fact]
    public void B64_MarkupInEveryText_IsShownNotRun()
    {
        var page = new HtmlReport(Hostile).Heading(Hostile).Paragraph(Hostile).Verdict(ReportTone.Bad, Hostile, Hostile)
            .Tiles([(Hostile, Hostile, Hostile)]).Table([Hostile], [[Hostile]]).Details(Hostile, Hostile)
            .Figure(DumbbellPlot.Draw([new(Hostile, 40, new(30, 50), 45, new(35, 55))], Hostile), Hostile)
            .Figure(LinePlot.Draw([new(Hostile, [(0, 1), (1, 2)])], Hostile, Hostile), Hostile)
            .Figure(BarPlot.Draw([new(Hostile, 3, Hostile)], Hostile), Hostile)
            .Figure(ConfusionPlot.Draw(ConfusionMatrix.Of([Hostile, "b"], [Hostile, "b"])), Hostile)
            .Render();
        page.ShouldNotContain("<script");
        page.ShouldNotContain("<svg onload");
        page.Contains('\u0007').ShouldBeFalse();
        page.ShouldContain("&lt;script&gt;");
        page.ShouldContain("default-src 'none'");
    }

    [Fact]
    public void Plots_AnyInput_AreWellFormedAndReferToNothing()
    {
        var calibration = Calibration.Of([0.1, 0.55, 0.9, 0.95], [false, true, true, true]);
        SvgPlot[] plots =
        [
            DumbbellPlot.Draw([new("x", 40, new(30, 50), 40, new(30, 50))], "points"),
            ReliabilityPlot.Draw(calibration),
            LinePlot.Draw([new("a", [(0, double.NaN), (1, 2), (2, 2)])], "step", "loss"),
            LinePlot.Draw([], "step", "loss"), BarPlot.Draw([], "rows"),
            LinePlot.Draw([new("flat", [(5, 1)])], "step", "loss"), BarPlot.Draw([new("zero", 0)], "rows"),
        ];
        foreach (var plot in plots)
        {
            var svg = XElement.Parse(plot.Markup);
            svg.Descendants().Attributes()
                .ShouldAllBe(attribute => !attribute.Value.Contains("http") && !attribute.Value.Contains("NaN")
                    && !attribute.Value.Contains('∞'));
        }
    }

    [Fact]
    public void Plots_OneDumbbellRow_ShowsValuesAndChange()
    {
        var text = XElement.Parse(
            DumbbellPlot.Draw(
                [new("purposes", 32.5, new(24.8, 41.3), 30.0, new(22.5, 38.7))], "accuracy").Markup).Value;
        text.ShouldContain("purposes");
        text.ShouldContain("−2.5");
        text.ShouldContain("32.5 (24.8 to 41.3)");
    }

    [Fact]
    public void Make_BaseAndCandidate_ShowsVerdictSubjectsAndEvidence()
    {
        var (before, after) = GateData.Drop(1000, 8);
        var baseline = WithGroup(before);
        var candidate = WithGroup(after);
        var gate = GateEvaluator.Evaluate(GateData.Set(GateData.Rule()), candidate, GateData.Arms(baseline));
        var page = EvaluationReport.Make(new EvaluationReportInput
        {
            Title = "Run 7",
            Baseline = baseline,
            Candidate = candidate,
            Gate = gate,
            Calibration = Calibration.Of([0.3, 0.8], [false, true]),
            Confusion = ConfusionMatrix.Of(["a", "b"], ["a", "a"]),
            Losses = [new("training", [(0, 3), (10, 1)])],
            Methods = [new MethodRun { Method = "LoRA", RunId = "r1" }],
        }).Render();
        page.ShouldContain("blocked");
        page.ShouldContain("reliability diagram");
        page.ShouldContain("confusion matrix");
        page.ShouldContain(gate.Evidence.Digest);
        page.ShouldContain("−8.0");
        page.ShouldContain("not measured");
    }

    [Fact]
    public void S0_49_Methods_WithoutMeasurement_SayNotMeasured()
    {
        var rows = MethodComparison.Rows(
            [new MethodRun { Method = "LoRA", RunId = "run-1", TrainableParameters = 373760, Task = (860, 1000) },
                new MethodRun { Method = "QLoRA", RunId = "run-2" }]);
        rows[0].ShouldBe(
            ["LoRA", "run-1", "373,760", .. Enumerable.Repeat("not measured", 4), "86.0 % (83.7–88.0)", "not measured",
                "not measured"]);
        rows[1].Skip(2).ShouldAllBe(cell => cell == "not measured");
        rows[0].Count.ShouldBe(MethodComparison.Columns.Count);
    }

    [Fact]
    public void S0_51_Retention_OfFullFineTune_HasAnInterval()
    {
        var (ratio, range) = MethodComparison.Retention((860, 1000), (880, 1000));
        ratio.ShouldBe(0.86 / 0.88, 1e-12);
        range.Contains(ratio).ShouldBeTrue();
        range.HalfWidth.ShouldBeInRange(0.02, 0.05);
        MethodComparison.Rows(
            [new MethodRun { Method = "full", RunId = "f", Task = (880, 1000) },
                new MethodRun { Method = "LoRA", RunId = "l", Task = (860, 1000) }])[1][8]
            .ShouldStartWith("97.7 % (");
    }

    [Fact]
    public void S0_50_Cost_ComesFromMeasuredSpeedAndPrice() =>
        MethodComparison.CostPerThousandRequests(tokensPerSecond: 50, tokensPerRequest: 100, pricePerHour: 3.6)
            .ShouldBe(2, 1e-12);

    [Theory]
    [InlineData("=cmd()", "\"'=cmd()\"")]
    [InlineData("-3.5", "-3.5")]
    [InlineData("a,\"b\"", "\"a,\"\"b\"\"\"")]
    public void B64_CsvCell_IsNoFormula(string cell, string expected) => CsvText.Line([cell]).ShouldBe(expected);

    private static EvaluationResults WithGroup(double[] scores)
    {
        var task = GateData.Scored(scores) with { Groups = ["all"], Alias = "questions" };
        return GateData.Run(task) with
        {
            Groups =
                new Dictionary<string, GroupResult> { ["all"] = new("all", ["mmlu"], scores.Length, task.Metrics) }
        };
    }
}
