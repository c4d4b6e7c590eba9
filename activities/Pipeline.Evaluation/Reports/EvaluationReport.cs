using Pipeline.Evaluation.Gates;
using Pipeline.Evaluation.Metrics;
using Pipeline.Evaluation.Reports.Plots;
using Pipeline.Evaluation.Results;
using Pipeline.Statistics;

namespace Pipeline.Evaluation.Reports;

/// <summary>
/// The page about an evaluation: verdicts, benchmarks before and after, calibration, confusion, losses, methods,
/// evidence.
/// </summary>
public static class EvaluationReport
{
    private const int MostProblems = 4;

    /// <summary>Makes the page.</summary>
    /// <param name="input">What it shows.</param>
    /// <returns>The page.</returns>
    public static HtmlReport Make(EvaluationReportInput input)
    {
        var page = new HtmlReport(input.Title);
        if (input.Gate is { } gate) Gate(page, gate);
        Benchmarks(page, input);
        if (input.Confusion is { } confusion)
        {
            var figures = new ClassificationReport(confusion);
            page.Heading("Task answers").Tiles(
            [
                ("accuracy", $"{100 * figures.Accuracy:0.0} %", $"{confusion.Total} rows"),
                ("macro F1", $"{figures.Macro.F1:0.000}", "plain mean over labels"),
                ("Matthews correlation", $"{figures.Matthews:0.000}", "1 is perfect, 0 is chance"),
                ("outside the labels", $"{confusion.Outside}", "count as wrong"),
            ]).Figure(ConfusionPlot.Draw(confusion),
                "True label by row, predicted label by column; shades are shares of the row, numbers are rows.");
        }

        if (input.Calibration is { } calibration)
        {
            page.Heading("Calibration")
                .Figure(ReliabilityPlot.Draw(calibration),
                    "Share of right answers by confidence of the chosen answer; on the diagonal the model is as sure "
                        + "as it is right.");
        }

        if (input.Losses.Count > 0) page.Heading("Training")
            .Figure(LinePlot.Draw(input.Losses, "step", "loss in nats"), "Loss over training steps.");
        if (input.Methods.Count > 0)
            page.Heading("Methods").Table(MethodComparison.Columns, MethodComparison.Rows(input.Methods));
        Evidence(page, input);
        return page;
    }

    private static void Gate(HtmlReport page, GateReport gate)
    {
        page.Verdict(Tone(gate.Verdict), Word(gate.Verdict), $"gate '{gate.GateSet}'");
        foreach (var problem in gate.Problems.Take(MostProblems)) page.Verdict(ReportTone.Bad, "evidence", problem);
        if (gate.Problems.Count > MostProblems)
            page.Details(
                $"{gate.Problems.Count - MostProblems} more", string.Join('\n', gate.Problems.Skip(MostProblems)));
        foreach (var outcome in gate.Outcomes)
            page.Verdict(Tone(outcome.Verdict), Word(outcome.Verdict), $"{outcome.Rule.Name}: {outcome.Reason}");
        page.Table(["rule", "before", "after", "difference (95 %)", "lost / gained", "p"],
            gate.Outcomes.Select(outcome => (IReadOnlyList<string>)
        [
            $"{outcome.Rule.Name} ({outcome.Rule.Task})", Number(outcome.Baseline), Number(outcome.Candidate),
            outcome.Difference is { } range
                ? $"{outcome.Candidate - outcome.Baseline:+0.0;−0.0;0.0} ({range.Lower:+0.0;−0.0;0.0} to "
                    + $"{range.Upper:+0.0;−0.0;0.0})" : MethodComparison.NotMeasured,
            outcome.Questions > 0 ? $"{outcome.Lost} / {outcome.Gained}" : MethodComparison.NotMeasured, outcome.P
                is { } p ? $"{(p < 0.001 ? p.ToString("0.#e+0") : p.ToString("0.000"))}" : MethodComparison.NotMeasured,
        ]));
    }

    private static void Benchmarks(HtmlReport page, EvaluationReportInput input)
    {
        foreach (var (name, group) in input.Baseline.Groups)
        {
            page.Heading(name);
            var rows = input.Candidate is null ? [] : Rows(group, input.Baseline, input.Candidate);
            if (rows.Count > 0)
            {
                page.Figure(
                    DumbbellPlot.Draw(rows, "accuracy in %"),
                    $"Accuracy by subject before and after, {group.Questions} questions. Single subjects are noisy; "
                        + $"the gate looks at the whole.");
            }

            page.Table(["subject", "questions", "before", "after", "change"],
                group.Tasks.Append(name).Select(task => Line(task, name, input)));
        }

        var single = input.Baseline.Tasks.Where(task => task.Groups.Count == 0).ToList();
        if (single.Count == 0) return;
        page.Heading("Other tasks")
            .Table(["task", "metric", "questions", "before", "after"],
                single.SelectMany(task => task.Metrics.Select(metric => (IReadOnlyList<string>)
        [
            task.Alias, metric.Key.Replace(",none", ""), task.Ids.Count.ToString(), Figure(metric.Value),
            input.Candidate?.Tasks.FirstOrDefault(other => other.Task == task.Task)?.Metrics
                .GetValueOrDefault(metric.Key) is { } after ? Figure(after) : MethodComparison.NotMeasured,
        ])));
    }

    private static List<DumbbellRow> Rows(GroupResult group, EvaluationResults before, EvaluationResults after)
    {
        var rows = new List<DumbbellRow>();
        foreach (var name in group.Tasks)
        {
            if (Right(before, name) is not { } own || Right(after, name) is not { } other) continue;
            rows.Add(new DumbbellRow(
                before.Tasks.First(task => task.Task == name).Alias,
                100.0 * own.Right / own.Count, Percent(ProportionIntervals.Wilson(own.Right, own.Count)),
                100.0 * other.Right / other.Count, Percent(ProportionIntervals.Wilson(other.Right, other.Count))));
        }

        return rows;
    }

    private static (int Right, int Count)? Right(EvaluationResults results, string name) =>
        results.Tasks.FirstOrDefault(task => task.Task == name)?.Scores.GetValueOrDefault("acc")
            is { Count: > 0 } scores
            ? (scores.Count(score => score == 1), scores.Count) : null;

    private static Interval Percent(Interval share) => new(100 * share.Lower, 100 * share.Upper);

    private static IReadOnlyList<string> Line(string name, string group, EvaluationReportInput input)
    {
        var (before, after) =
            (Value(input.Baseline, name), input.Candidate is null ? null : Value(input.Candidate, name));
        var label = name == group ? "all" : input.Baseline.Tasks.First(task => task.Task == name).Alias;
        return
        [
            label, (name == group ? input.Baseline.Groups[group].Questions
                : input.Baseline.Tasks.First(task => task.Task == name).Ids.Count).ToString(),
            Number(before), Number(after), before is { } a && after is { } b
                ? $"{b - a:+0.0;−0.0;0.0}" : MethodComparison.NotMeasured,
        ];
    }

    private static double? Value(EvaluationResults results, string name)
    {
        var metrics = results.Groups.GetValueOrDefault(name)?.Metrics
            ?? results.Tasks.FirstOrDefault(task => task.Task == name)?.Metrics;
        return metrics?.GetValueOrDefault("acc,none") is { } metric ? 100 * metric.Value : null;
    }

    private static void Evidence(HtmlReport page, EvaluationReportInput input)
    {
        var candidate = input.Candidate ?? input.Baseline;
        page.Heading("Evidence").Table(["what", "value"],
        [
            ["base model", $"{input.Baseline.Model.Name} sha256 {input.Baseline.Model.BaseModel}"],
            ["adapter", candidate.Model.Adapter ?? "none"],
            ["precision", candidate.Model.Precision], ["harness", candidate.Harness],
            ["batch-size self-test",
                candidate.BatchInvariant switch { true => "passed", false => "failed",
                    _ => MethodComparison.NotMeasured }],
            ["decision", input.Gate?.Evidence.Digest ?? MethodComparison.NotMeasured],
            .. candidate.Tasks.Select(
                task =>
                    (IReadOnlyList<string>)[task.Task,
                        $"version {task.Version}, {task.Shots} shots, task "
                            + $"{task.TaskDigest[..Math.Min(16, task.TaskDigest.Length)]}…, prompts "
                            + $"{task.PromptDigest[..Math.Min(16, task.PromptDigest.Length)]}…"]),
        ]);
    }

    private static string Figure(MetricValue metric) =>
        metric.StandardError is { } error ? $"{metric.Value:0.000} ± {error:0.000}" : $"{metric.Value:0.000}";

    private static string Number(double? value) => value is { } known ? $"{known:0.0}" : MethodComparison.NotMeasured;

    private static ReportTone Tone(GateVerdict verdict) =>
        verdict switch
        {
            GateVerdict.Pass => ReportTone.Good,
            GateVerdict.Fail => ReportTone.Bad,
            _ =>
            ReportTone.Warning
        };

    private static string Word(GateVerdict verdict) =>
        verdict switch { GateVerdict.Pass => "passed", GateVerdict.Fail => "blocked", _ => "inconclusive" };
}
