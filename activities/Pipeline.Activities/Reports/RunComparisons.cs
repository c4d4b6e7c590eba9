using System.Text;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Reports;

/// <summary>Tables of a run report that put things side by side: arms, speed, and what orchestration costs.</summary>
internal static class RunComparisons
{
    private const string Own = "task";

    /// <summary>Every way to answer the held-out rows, with a bar for each.</summary>
    public static void Arms(StringBuilder page, RunReport report)
    {
        var arms = report.Baselines
            .Append(Named("base model", report.Before)).Append(Named("base model, best prompt", report.Prompted))
            .Append(Named("fine-tuned", report.After))
            .OfType<Metric>().ToList();
        if (arms.Count == 0)
        {
            return;
        }

        page.Append(
            "<h2>The task by other means</h2><table><tr><th>arm<th class=n>right answers<th class=n>± standard "
                + "error<th class=n>rows<th>");
        foreach (var arm in arms)
        {
            page.Append(
                $"<tr><td>{RunReportPage.Text(arm.Name)}<td class=n>{arm.Value:P1}<td "
                    + $"class=n>{arm.StandardError:P1}<td class=n>{arm.Items:N0}")
                .Append($"<td><svg viewBox=\"0 0 200 12\" width=\"200\" role=\"img\" "
                    + $"aria-label=\"{arm.Value:P1}\"><rect class=\"bar\" "
                    + $"width=\"{200 * Math.Clamp(arm.Value, 0, 1):0}\" height=\"12\"/></svg>");
        }

        page.Append("</table>");
        if (report.Baselines.MaxBy(arm => arm.Value) is { } best && Named("", report.After) is { } tuned)
        {
            page.Append(best.Value >= tuned.Value
                ? $"<p><strong>{RunReportPage.Text(best.Name)} needs no language model and does at least as "
                    + $"well.</strong> Use it where only this task is wanted.</p>"
                : $"<p>The best arm without a language model, {RunReportPage.Text(best.Name)}, is "
                    + $"{100 * (tuned.Value - best.Value):0.0} points behind.</p>");
        }
    }

    /// <summary>How fast base and candidate answer.</summary>
    public static void Speed(StringBuilder page, RunReport report)
    {
        if (report.Before?.Speed is null && report.After?.Speed is null)
        {
            return;
        }

        page.Append(
            "<h2>Speed</h2><table><tr><th>model<th class=n>first token, median ms<th class=n>answer, median ms<th "
                + "class=n>answer, p95 ms<th class=n>tokens/s<th class=n>requests<th>device");
        foreach (var (name, speed) in new[] { ("base model", report.Before?.Speed),
            ("fine-tuned", report.After?.Speed) })
        {
            page.Append(
                $"<tr><td>{name}<td class=n>{speed?.FirstTokenMilliseconds:0.0}<td "
                    + $"class=n>{speed?.AnswerMilliseconds:0.0}<td class=n>{speed?.SlowAnswerMilliseconds:0.0}")
                .Append($"<td class=n>{speed?.TokensPerSecond:0}<td class=n>{speed?.Requests}"
                    + $"<td>{RunReportPage.Text(speed?.Device ?? "not measured")}");
        }

        page.Append("</table>");
    }

    /// <summary>Histories and the time in which no activity worked.</summary>
    public static void Cost(StringBuilder page, RunReport report, OrchestrationCost? cost)
    {
        page.Append("<h2>Orchestration</h2>");
        page.Append(cost is null
            ? $"<p>The history of the run has {report.HistoryEvents} events and {report.HistoryBytes / 1024.0:0} "
                + $"KiB.</p>"
            : $"<p>{cost.Workflows} workflows with {cost.Events:N0} events and {cost.Bytes / 1024.0:N0} KiB (planned: "
                + $"at most 2,000 and 2,048 KiB); the largest event has {cost.LargestPayloadBytes / 1024.0:0.0} KiB. "
                + $"In {cost.IdleSeconds:0.0} of {cost.Seconds:0.0} s no activity worked ({cost.Overhead:P1}); time "
                + $"in which people were asked is not counted.</p>");
    }

    private static Metric? Named(string name, EvaluationResult? evaluation) =>
        evaluation?.Metrics.FirstOrDefault(metric => metric.Name == Own) is { } metric
            ? metric with { Name = name } : null;
}
