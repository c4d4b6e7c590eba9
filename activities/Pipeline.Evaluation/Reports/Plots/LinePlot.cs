namespace Pipeline.Evaluation.Reports.Plots;

/// <summary>A line of a plot.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Points">Points by rising x; a value that is no number is left out.</param>
public sealed record PlotLine(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Lines over a common axis, such as losses over steps.</summary>
public static class LinePlot
{
    private const double Left = 64;
    private const double Top = 34;
    private const double Bottom = 300;

    /// <summary>Draws lines.</summary>
    /// <param name="lines">Up to six lines.</param>
    /// <param name="x">What the horizontal axis counts.</param>
    /// <param name="y">What the vertical axis counts.</param>
    /// <returns>The drawing.</returns>
    public static SvgPlot Draw(IReadOnlyList<PlotLine> lines, string x, string y)
    {
        var canvas = new SvgCanvas(860, Bottom + 52, $"{y} over {x}");
        var points = lines.SelectMany(line => line.Points)
            .Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y)).ToList();
        if (points.Count == 0)
        {
            canvas.Text(canvas.Width / 2, Bottom / 2, "not measured", "middle", "axis");
            return canvas.Finish();
        }

        var across =
            new PlotAxis(points.Min(point => point.X), points.Max(point => point.X), Left, canvas.Width - 20, 8);
        var up = new PlotAxis(Math.Min(0, points.Min(point => point.Y)), points.Max(point => point.Y), Bottom, Top);
        Grid(canvas, across, up);
        canvas.Text((Left + canvas.Width) / 2, Bottom + 42, x, "middle", "axis");
        canvas.Text(16, (Top + Bottom) / 2, y, "middle", "axis", -90);
        for (var i = 0; i < lines.Count; i++)
        {
            var style = $"series s{i % 6}";
            canvas.Path(
                lines[i].Points.Where(point => double.IsFinite(point.Y))
                    .Select(point => (across.At(point.X), up.At(point.Y))), style);
            canvas.Line(Left + 10 + i * 130, 14, Left + 34 + i * 130, 14, style);
            canvas.Text(Left + 40 + i * 130, 18, SvgCanvas.Cut(lines[i].Name, 13));
        }

        return canvas.Finish();
    }

    private static void Grid(SvgCanvas canvas, PlotAxis across, PlotAxis up)
    {
        foreach (var tick in up.Ticks)
        {
            canvas.Line(Left, up.At(tick), canvas.Width - 20, up.At(tick), "grid");
            canvas.Text(Left - 8, up.At(tick) + 4, up.Label(tick), "end", "tick");
        }

        foreach (var tick in across.Ticks)
        {
            canvas.Line(across.At(tick), Bottom, across.At(tick), Bottom + 5, "frame");
            canvas.Text(across.At(tick), Bottom + 20, across.Label(tick), "middle", "tick");
        }

        canvas.Line(Left, Bottom, canvas.Width - 20, Bottom, "frame");
    }
}
