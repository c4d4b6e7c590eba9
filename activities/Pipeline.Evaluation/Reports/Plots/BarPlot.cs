namespace Pipeline.Evaluation.Reports.Plots;

/// <summary>A bar.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Value">Its length; at least 0.</param>
/// <param name="Note">Text after the bar; null prints the value.</param>
public sealed record PlotBar(string Label, double Value, string? Note = null);

/// <summary>Horizontal bars, such as counts by kind.</summary>
public static class BarPlot
{
    private const double Left = 210;
    private const double RowHeight = 26;

    /// <summary>Draws bars in their order.</summary>
    /// <param name="bars">The bars.</param>
    /// <param name="unit">What the bars count.</param>
    /// <returns>The drawing.</returns>
    public static SvgPlot Draw(IReadOnlyList<PlotBar> bars, string unit)
    {
        var canvas = new SvgCanvas(860, bars.Count * RowHeight + 40, unit);
        var longest = bars.Count == 0 ? 1 : Math.Max(bars.Max(bar => bar.Value), double.Epsilon);
        for (var i = 0; i < bars.Count; i++)
        {
            var (y, width) = (8 + i * RowHeight, bars[i].Value / longest * (canvas.Width - Left - 130));
            canvas.Text(Left - 12, y + 15, SvgCanvas.Cut(bars[i].Label, 30), "end");
            canvas.Rectangle(Left, y + 3, width, RowHeight - 8, "bar", $"{bars[i].Label}: {bars[i].Value:0.####}");
            canvas.Text(
                Left + width + 8, y + 15, SvgCanvas.Cut(bars[i].Note ?? $"{bars[i].Value:N0}", 20), "start", "value");
        }

        canvas.Text(Left, canvas.Height - 8, unit, "start", "axis");
        return canvas.Finish();
    }
}
