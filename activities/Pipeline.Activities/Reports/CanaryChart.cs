using System.Text;
using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Reports;

/// <summary>
/// The candidate's share of the traffic over time, from the first step of the canary to where it ended.
/// </summary>
internal static class CanaryChart
{
    private const int Width = 1000;
    private const int Height = 170;
    private const int Left = 60;
    private const int Right = 960;
    private const int Top = 14;
    private const int Bottom = 130;

    public static void Draw(StringBuilder page, RunReport report)
    {
        var canary = report.Stages.FirstOrDefault(stage => stage.Name == StageNames.Canary);
        var began = canary?.Began ?? report.Canary[0].At;
        var last = report.Stages.FirstOrDefault(stage => stage.Name == StageNames.Promote)?.Ended
            ?? report.Canary[^1].At;
        var seconds = Math.Max(1e-3, (last - began).TotalSeconds);
        string X(DateTime at) =>
            ReportCharts.Number(Left + ((Right - Left) * Math.Clamp((at - began).TotalSeconds / seconds, 0, 1)));
        string Y(double percent) => ReportCharts.Number(Bottom - ((Bottom - Top) * percent / 100));

        // A share holds from the end of the step before it to its own end.
        var line = new StringBuilder($"M{X(began)} {Y(0)}");
        var from = began;
        foreach (var step in report.Canary)
        {
            line.Append($"L{X(from)} {Y(step.Percent)}L{X(step.At)} {Y(step.Percent)}");
            from = step.At;
        }

        line.Append($"L{X(from)} {Y(report.Verdict == Verdict.Promoted ? 100 : 0)}H{Right}");
        page.Append(
            $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"share of the candidate over time\">");
        foreach (var percent in new[] { 0, 50, 100 })
        {
            page.Append(
                $"<line x1=\"{Left}\" x2=\"{Right}\" y1=\"{Y(percent)}\" y2=\"{Y(percent)}\" "
                    + $"stroke=\"#e8edf2\"/><text x=\"0\" y=\"{Y(percent - 3)}\" font-size=\"13\">{percent} %</text>");
        }

        page.Append($"<path d=\"{line}\" fill=\"none\" stroke=\"#2f9e6e\" stroke-width=\"3\"/>");
        foreach (var step in report.Canary)
        {
            page.Append(
                $"<circle cx=\"{X(step.At)}\" cy=\"{Y(step.Percent)}\" r=\"5\" "
                    + $"fill=\"#2f9e6e\"><title>{RunReportPage.Text(step.Outcome)}</title></circle>");
        }

        page.Append(
            $"<text x=\"{Left}\" y=\"{Height - 10}\" font-size=\"13\">{began:HH:mm:ss}</text><text x=\"{Right}\" "
                + $"y=\"{Height - 10}\" font-size=\"13\" text-anchor=\"end\">{last:HH:mm:ss}</text></svg>");
    }
}
