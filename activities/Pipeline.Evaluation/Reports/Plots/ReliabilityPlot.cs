using Pipeline.Evaluation.Metrics;

namespace Pipeline.Evaluation.Reports.Plots;

/// <summary>Share of right answers against confidence; a calibrated model lies on the diagonal.</summary>
public static class ReliabilityPlot
{
    private const double Left = 56;
    private const double Top = 16;
    private const double Side = 300;

    /// <summary>Draws the bins.</summary>
    /// <param name="calibration">Bins and errors.</param>
    /// <param name="bins">Number of bins that the confidences were divided into.</param>
    /// <returns>The drawing.</returns>
    public static SvgPlot Draw(Calibration calibration, int bins = 10)
    {
        var canvas = new SvgCanvas(Left + Side + 150, Top + Side + 48, "reliability diagram");
        var x = new PlotAxis(0, 1, Left, Left + Side);
        var y = new PlotAxis(0, 1, Top + Side, Top);
        foreach (var tick in x.Ticks)
        {
            canvas.Line(x.At(tick), Top, x.At(tick), Top + Side, "grid");
            canvas.Line(Left, y.At(tick), Left + Side, y.At(tick), "grid");
            canvas.Text(x.At(tick), Top + Side + 18, x.Label(tick), "middle", "tick");
            canvas.Text(Left - 8, y.At(tick) + 4, y.Label(tick), "end", "tick");
        }

        var total = calibration.Bins.Sum(bin => bin.Count);
        foreach (var bin in calibration.Bins)
        {
            var (from, to) = ((double)bin.Index / bins, (bin.Index + 1.0) / bins);
            var title = $"{bin.Count} answers, confidence {bin.Confidence:0.000}, right {bin.Accuracy:0.000}";
            canvas.Rectangle(x.At(from) + 1, y.At(bin.Accuracy), x.At(to) - x.At(from) - 2,
                y.At(0) - y.At(bin.Accuracy), "bar", title, 0.35 + 0.65 * bin.Count / total);
            canvas.Circle(x.At(bin.Confidence), y.At(bin.Accuracy), 4, "after", title);
        }

        canvas.Line(x.At(0), y.At(0), x.At(1), y.At(1), "diagonal");
        canvas.Text(Left + Side / 2, Top + Side + 40, "confidence", "middle", "axis");
        canvas.Text(16, Top + Side / 2, "share right", "middle", "axis", -90);
        canvas.Text(Left + Side + 18, Top + 16, $"ECE {calibration.ExpectedError:0.000}", "start", "value");
        canvas.Text(Left + Side + 18, Top + 36, $"MCE {calibration.MaximumError:0.000}", "start", "value");
        canvas.Text(Left + Side + 18, Top + 56, $"{total} answers", "start", "tick");
        return canvas.Finish();
    }
}
