using System.Globalization;
using System.Text;
using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Reports;

/// <summary>Plots of the run report as inline SVG.</summary>
internal static class ReportCharts
{
    private const int Width = 1000;
    private const int Bars = 680;

    /// <summary>Rows that each data stage took in and gave on, and what became of the rest.</summary>
    public static void Funnel(StringBuilder page, RunReport report)
    {
        var stages = report.Stages.Where(stage => stage.Summary?.Counts.ContainsKey("in") == true).ToList();
        if (stages.Count == 0)
        {
            return;
        }

        var most = stages.Max(stage => stage.Summary?.Counts["in"] ?? 0);
        page.Append(
            $"<h2>Data funnel</h2><svg viewBox=\"0 0 {Width} {stages.Count * 44}\" role=\"img\" aria-label=\"rows by "
                + $"stage\">");
        for (var index = 0; index < stages.Count; index++)
        {
            var counts = stages[index].Summary?.Counts ?? new Dictionary<string, double>();
            var (rows, kept, y) = (counts["in"], counts.GetValueOrDefault("out"), index * 44);
            page.Append($"<text x=\"0\" y=\"{y + 20}\" font-size=\"15\">{stages[index].Name}</text>")
                .Append($"<rect class=\"bar\" x=\"130\" y=\"{y + 4}\" "
                    + $"width=\"{Number(Bars * rows / Math.Max(1, most))}\" height=\"12\"/>")
                .Append($"<rect class=\"out\" x=\"130\" y=\"{y + 18}\" "
                    + $"width=\"{Number(Bars * kept / Math.Max(1, most))}\" height=\"12\"/>")
                .Append($"<text x=\"{Number(138 + (Bars * rows / Math.Max(1, most)))}\" y=\"{y + 20}\" "
                    + $"font-size=\"13\">{rows:N0} → {kept:N0}</text>");
        }

        page.Append("</svg><p>Blue: rows that came in; green: rows that went on.</p>");
        Removed(page, stages);
        Personal(
            page, stages.SelectMany(stage => stage.Summary?.Counts ?? new Dictionary<string, double>())
                .Where(count => count.Key.StartsWith("pii.", StringComparison.Ordinal)).ToList());
    }

    /// <summary>The loss over the steps.</summary>
    public static void Loss(StringBuilder page, RunReport report)
    {
        var points = report.Curve.Where(point => double.IsFinite(point.Loss)).ToList();
        if (points.Count < 2)
        {
            return;
        }

        const int height = 260;
        var (last, top) = (points[^1].Step, points.Max(point => point.Loss));
        var line = string.Join(
            ' ', points.Select(
                point =>
                    $"{Number(50 + (930.0 * point.Step / Math.Max(1, last)))}"
                        + $",{Number(10 + ((height - 40) * (1 - (point.Loss / top))))}"));
        page.Append(
            $"<h2>Loss</h2><svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"loss by step\"><path "
                + $"d=\"M50 10V{height - 30}H980\" fill=\"none\" stroke=\"#9fb3c8\"/><polyline points=\"{line}\" "
                + $"fill=\"none\" stroke=\"#4c7fb0\" stroke-width=\"2\"/>")
            .Append($"<text x=\"0\" y=\"20\" font-size=\"13\">{top:0.00}</text><text x=\"0\" y=\"{height - 30}\" "
                + $"font-size=\"13\">0</text>")
            .Append($"<text x=\"50\" y=\"{height - 8}\" font-size=\"13\">step 1</text><text x=\"900\" "
                + $"y=\"{height - 8}\" font-size=\"13\">step {last}</text></svg>")
            .Append($"<p>Nats per supervised token; the last value is {points[^1].Loss:0.000}.</p>");
    }

    /// <summary>Each metric before and after on one axis, which reaches below zero where a score does.</summary>
    public static void Dumbbell(StringBuilder page, IReadOnlyList<Metric> before, IReadOnlyList<Metric> after)
    {
        const int left = 170, right = 790;
        var rows = after.Select(metric => (New: metric, Old: before.FirstOrDefault(old => old.Name == metric.Name)))
            .ToList();
        var low = rows.SelectMany(row => new[] { row.New.Value, row.Old?.Value ?? 0 }).Where(double.IsFinite).Append(0)
            .Min();
        string At(double? value) =>
            Number(left
                + ((right - left) * ((double.IsFinite(value ?? double.NaN) ? value ?? 0 : 0) - low) / (1 - low)));
        var height = (rows.Count * 30) + 30;
        page.Append($"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"metrics before and after\">");
        foreach (var tick in new[] { low, 0, 0.5, 1 }.Distinct())
        {
            page.Append(
                $"<line x1=\"{At(tick)}\" x2=\"{At(tick)}\" y1=\"4\" y2=\"{height - 22}\" stroke=\"#e8edf2\"/><text "
                    + $"x=\"{At(tick)}\" y=\"{height - 6}\" font-size=\"12\" text-anchor=\"middle\">{tick:P0}</text>");
        }

        for (var index = 0; index < rows.Count; index++)
        {
            var (metric, old) = rows[index];
            var (y, from, to) = (20 + (index * 30), At(old?.Value), At(metric.Value));
            page.Append($"<text x=\"0\" y=\"{y + 5}\" font-size=\"14\">{RunReportPage.Text(metric.Name)}</text>")
                .Append($"<line x1=\"{from}\" x2=\"{to}\" y1=\"{y}\" y2=\"{y}\" stroke=\"#9fb3c8\" "
                    + $"stroke-width=\"3\"/>")
                .Append($"<circle cx=\"{from}\" cy=\"{y}\" r=\"6\" fill=\"#9fb3c8\"/><circle cx=\"{to}\" cy=\"{y}\" "
                    + $"r=\"6\" fill=\"#2f9e6e\"/>")
                .Append($"<text x=\"830\" y=\"{y + 5}\" font-size=\"13\">{old?.Value:P1} → {metric.Value:P1}</text>");
        }

        page.Append("</svg><p>Grey: base model; green: fine-tuned.</p>");
    }

    // What became of the rows that did not go on, duplicates among them, by the rule that took them.
    private static void Removed(StringBuilder page, List<StageStatus> stages)
    {
        const string removed = "removed.";
        var rows = stages.SelectMany(stage => (stage.Summary?.Counts ?? new Dictionary<string, double>())
            .Where(count => count.Value > 0
                && (count.Key.StartsWith(removed, StringComparison.Ordinal) || count.Key == "quarantined"))
            .Select(count =>
                (stage.Name, Rule: count.Key.StartsWith(removed, StringComparison.Ordinal)
                    ? count.Key[removed.Length..] : "set aside", count.Value))).ToList();
        if (rows.Count == 0)
        {
            return;
        }

        page.Append("<table><tr><th>stage<th>rows that did not go on<th class=n>rows");
        foreach (var (stage, rule, count) in rows)
        {
            page.Append(
                $"<tr><td>{stage}<td>{RunReportPage.Text(stage == StageNames.Dedup ? $"{rule} duplicates" : rule)}<td "
                    + $"class=n>{count:N0}");
        }

        page.Append("</table>");
    }

    private static void Personal(StringBuilder page, List<KeyValuePair<string, double>> kinds)
    {
        if (kinds.Count > 0)
        {
            page.Append(
                $"<p>Personal data and secrets that were taken out: "
                    + $"{string.Join(", ", kinds.Select(kind => $"{kind.Key[4..]} {kind.Value:N0}"))}.</p>");
        }
    }

    internal static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
