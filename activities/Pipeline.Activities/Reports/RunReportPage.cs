using System.Net;
using System.Text;
using Pipeline.Activities.Running;
using Pipeline.Activities.Storage;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Reports;

/// <summary>Writes the report of a run as one HTML file that opens offline.</summary>
/// <param name="artifacts">Where it is committed.</param>
/// <param name="paths">Where a copy for people lies.</param>
public sealed class RunReportPage(LocalArtifacts artifacts, WorkerPaths paths)
{
    private const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem;color:#1c2733}
        h1{margin-bottom:0}h2{margin-top:2.2rem;border-bottom:1px solid #d9e0e7}table{border-collapse:collapse;width:100%}
        td,th{padding:.3rem .6rem;border-bottom:1px solid #e8edf2;text-align:left;vertical-align:top}th{color:#5b6b7b;font-weight:600}
        .n{text-align:right;font-variant-numeric:tabular-nums}.pass,.promoted,.registered{color:#187a3b}.fail,.rejected,.rolledback,.aborted{color:#b3261e}
        .inconclusive{color:#9a6700}code{background:#f2f5f8;padding:0 .25rem}.ref{max-width:26rem;word-break:break-all;font-size:.85em}svg{max-width:100%;height:auto}.bar{fill:#4c7fb0}.out{fill:#2f9e6e}
        """;

    /// <summary>Writes the report.</summary>
    /// <param name="input">What the run knows.</param>
    /// <param name="cost">What the engine was used for; null when unknown.</param>
    /// <param name="cancellation">Stops the upload.</param>
    /// <returns>The committed report and a path for people.</returns>
    public async Task<ReportResult> WriteAsync(
        ReportInput input, OrchestrationCost? cost, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(input);
        var folder = artifacts.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "report.html"), Render(input.Report, cost), cancellation);
        var name = string.Concat(
            input.WorkflowId.Select(character => char.IsAsciiLetterOrDigit(character) || character == '-'
                ? character : '-'));
        var copy = Path.Combine(paths.Of("reports"), $"{name}.html");
        File.Copy(Path.Combine(folder, "report.html"), copy, overwrite: true);
        var committed = await artifacts.CommitAsync(
            "run-report", folder, new Dictionary<string, string>(StringComparer.Ordinal) { ["run"] = input.WorkflowId },
            null, cancellation);
        return new ReportResult(committed, copy, cost);
    }

    /// <summary>Renders the page.</summary>
    /// <param name="report">What the run knows.</param>
    /// <param name="cost">What the engine was used for; null when unknown.</param>
    /// <returns>HTML without references to other files.</returns>
    public static string Render(RunReport report, OrchestrationCost? cost = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        var page = new StringBuilder();
        page.Append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>").Append(Text(report.WorkflowId))
            .Append("</title><style>").Append(Style).Append("</style><body>");
        page.Append(
            $"<h1>{Text(report.Recipe)}</h1><p><code>{Text(report.WorkflowId)}</code>, base model "
                + $"{Text(report.BaseModel)}, started by {Text(report.Owner)}</p>");
        page.Append(
            $"<p class=\"{report.Verdict?.ToString().ToLowerInvariant()}\"><strong>{report.Verdict}</strong>: "
                + $"{Text(report.Reason)}</p>");
        foreach (var note in report.Notes)
        {
            page.Append($"<p>{Text(note)}</p>");
        }

        Stages(page, report);
        ReportCharts.Funnel(page, report);
        ReportCharts.Loss(page, report);
        Training(page, report);
        Quality(page, report);
        Decisions(page, report);
        Canary(page, report);
        Lineage(page, report);
        RunComparisons.Cost(page, report, cost);
        return page.Append("</body></html>").ToString();
    }

    internal static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Value(double value) => double.IsFinite(value) ? $"{value:0.0000;-0.0000;0.0000}" : "–";

    private static void Stages(StringBuilder page, RunReport report)
    {
        page.Append("<h2>Stages</h2><table><tr><th>stage<th>state<th class=n>seconds<th>result");
        foreach (var stage in report.Stages)
        {
            var seconds = stage.Began is { } began && stage.Ended is { } ended
                ? $"{(ended - began).TotalSeconds:0.0}" : "";
            page.Append(
                $"<tr><td>{stage.Name}<td>{stage.State}{(stage.Summary?.Cached == true ? " (cache hit)" : "")}<td "
                    + $"class=n>{seconds}<td>{Text(stage.Summary?.Text ?? stage.Failure?.Message ?? "")}");
        }

        page.Append("</table>");
    }

    private static void Training(StringBuilder page, RunReport report)
    {
        if (report.TrainingAttempts.Count == 0)
        {
            return;
        }

        page.Append(
            "<h2>Training attempts</h2><table><tr><th>round<th class=n>learning rate<th class=n>rank<th "
                + "class=n>micro-batch<th>outcome");
        foreach (var attempt in report.TrainingAttempts)
        {
            page.Append(
                $"<tr><td>{attempt.Round}<td class=n>{attempt.LearningRate:0.##e0}<td class=n>{attempt.Rank}<td "
                    + $"class=n>{attempt.MicroBatchSize}<td>{Text(attempt.Outcome)}");
        }

        page.Append("</table>");
    }

    private static void Quality(StringBuilder page, RunReport report)
    {
        if (report.Before is null || report.After is null)
        {
            return;
        }

        page.Append("<h2>Before and after</h2>");
        ReportCharts.Dumbbell(page, report.Before.Metrics, report.After.Metrics);
        page.Append("<table><tr><th>check<th>verdict<th class=n>before<th class=n>after<th>threshold<th>detail");
        foreach (var check in report.Gate?.Checks ?? [])
        {
            page.Append(
                $"<tr><td>{Text(check.Name)}<td class=\"{check.Verdict.ToString().ToLowerInvariant()}"
                    + $"\">{check.Verdict}<td class=n>{Value(check.Baseline)}<td class=n>{Value(check.Candidate)}")
                .Append($"<td>{Text(check.Threshold)}<td>{Text(check.Detail)}");
        }

        page.Append("</table>");
        RunComparisons.Arms(page, report);
        RunComparisons.Speed(page, report);
    }

    private static void Decisions(StringBuilder page, RunReport report)
    {
        if (report.Decisions.Count == 0)
        {
            return;
        }

        page.Append("<h2>Decisions of people</h2><table><tr><th>on<th>digest<th>decision<th>by<th>reason<th>at");
        foreach (var decision in report.Decisions)
        {
            page.Append(
                $"<tr><td>{Text(decision.Gate)}"
                    + $"<td><code>{Text(decision.Digest[..Math.Min(12, decision.Digest.Length)])}"
                    + $"</code><td>{Text(decision.Verdict)}<td>{Text(decision.By)}<td>{Text(decision.Reason)}"
                    + $"<td>{decision.At:u}");
        }

        page.Append("</table>");
    }

    private static void Canary(StringBuilder page, RunReport report)
    {
        if (report.Canary.Count == 0)
        {
            return;
        }

        page.Append("<h2>Canary</h2>");
        CanaryChart.Draw(page, report);
        page.Append(
            "<table><tr><th>at<th class=n>share<th>outcome<th class=n>requests<th class=n>failed<th class=n>median "
                + "ms<th class=n>right answers");
        foreach (var step in report.Canary)
        {
            var seen = step.Measurement?.Candidate;
            page.Append(
                $"<tr><td>{step.At:HH:mm:ss}<td class=n>{step.Percent} %<td>{Text(step.Outcome)}<td "
                    + $"class=n>{seen?.Requests}<td class=n>{seen?.Errors}<td class=n>{seen?.MedianMilliseconds:0}<td "
                    + $"class=n>{(double.IsFinite(seen?.Accuracy ?? double.NaN) ? $"{seen?.Accuracy:P1}" : "–")}");
        }

        page.Append("</table>");
    }

    private static void Lineage(StringBuilder page, RunReport report)
    {
        page.Append("<h2>Where it comes from</h2><table><tr><th>what<th>reference<th>detail");
        foreach (var edge in report.Lineage)
        {
            page.Append(
                $"<tr><td>{Text(edge.Role)}<td class=ref><code>{Text(edge.Reference)}"
                    + $"</code><td>{Text(edge.Verdict.Length > 0 ? $"{edge.Verdict}: {edge.Detail}" : edge.Detail)}");
        }

        page.Append("</table>");
    }
}
