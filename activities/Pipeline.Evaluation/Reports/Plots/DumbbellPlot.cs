using Pipeline.Statistics;

namespace Pipeline.Evaluation.Reports.Plots;

/// <summary>A row of a before-and-after plot.</summary>
/// <param name="Label">Name of the row.</param>
/// <param name="Before">Value before.</param>
/// <param name="BeforeRange">Its interval.</param>
/// <param name="After">Value after.</param>
/// <param name="AfterRange">Its interval.</param>
public sealed record DumbbellRow(string Label, double Before, Interval BeforeRange, double After, Interval AfterRange);

/// <summary>Before and after of each row, joined by a line, with intervals.</summary>
public static class DumbbellPlot
{
    private const double RowHeight = 30;
    private const double Left = 210;
    private const double Top = 42;

    /// <summary>Draws the rows in their order.</summary>
    /// <param name="rows">At least one row.</param>
    /// <param name="unit">What the axis counts, such as <c>accuracy in %</c>.</param>
    /// <returns>The drawing.</returns>
    public static SvgPlot Draw(IReadOnlyList<DumbbellRow> rows, string unit)
    {
        var canvas = new SvgCanvas(860, Top + rows.Count * RowHeight + 46, $"before and after, {unit}");
        var axis = new PlotAxis(
            rows.Min(row => Math.Min(row.BeforeRange.Lower, row.AfterRange.Lower)),
            rows.Max(row => Math.Max(row.BeforeRange.Upper, row.AfterRange.Upper)), Left, canvas.Width - 90, 6);
        var bottom = Top + rows.Count * RowHeight;
        foreach (var tick in axis.Ticks)
        {
            canvas.Line(axis.At(tick), Top - 8, axis.At(tick), bottom, "grid");
            canvas.Text(axis.At(tick), bottom + 18, axis.Label(tick), "middle", "tick");
        }

        canvas.Text((Left + canvas.Width - 90) / 2, bottom + 38, unit, "middle", "axis");
        Legend(canvas);
        for (var i = 0; i < rows.Count; i++) Row(canvas, axis, rows[i], Top + (i + 0.5) * RowHeight);
        return canvas.Finish();
    }

    private static void Row(SvgCanvas canvas, PlotAxis axis, DumbbellRow row, double y)
    {
        canvas.Text(Left - 14, y + 4, SvgCanvas.Cut(row.Label, 30), "end");
        // The two intervals lie a little apart, so that both stay readable.
        canvas.Line(axis.At(row.BeforeRange.Lower), y - 5, axis.At(row.BeforeRange.Upper), y - 5, "range before-line");
        canvas.Line(axis.At(row.AfterRange.Lower), y + 5, axis.At(row.AfterRange.Upper), y + 5, "range after-line");
        canvas.Line(axis.At(row.Before), y, axis.At(row.After), y,
            row.After < row.Before ? "joint worse-line" : "joint better-line");
        canvas.Circle(axis.At(row.Before), y, 5.5, "before",
            $"{row.Label} before: {row.Before:0.0} ({row.BeforeRange.Lower:0.0} to {row.BeforeRange.Upper:0.0})");
        canvas.Circle(axis.At(row.After), y, 5.5, "after",
            $"{row.Label} after: {row.After:0.0} ({row.AfterRange.Lower:0.0} to {row.AfterRange.Upper:0.0})");
        canvas.Text(canvas.Width - 78, y + 4, $"{row.After - row.Before:+0.0;−0.0;0.0}", "start", "value");
    }

    private static void Legend(SvgCanvas canvas)
    {
        canvas.Circle(Left + 6, 16, 5.5, "before");
        canvas.Text(Left + 18, 20, "before");
        canvas.Circle(Left + 86, 16, 5.5, "after");
        canvas.Text(Left + 98, 20, "after");
        canvas.Text(Left + 150, 20, "thin lines: 95 % interval (Wilson)", "start", "tick");
        canvas.Text(canvas.Width - 78, 20, "change", "start", "tick");
    }
}
