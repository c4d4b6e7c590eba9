namespace Pipeline.Tools.Train;

/// <summary>A curve of block characters.</summary>
internal static class Sparkline
{
    private const string Levels = "▁▂▃▄▅▆▇█";

    /// <summary>Draws values as one line of at most the given width; wider series are averaged.</summary>
    public static string Of(IReadOnlyList<double> values, int width)
    {
        var finite = values.Where(double.IsFinite).ToList();
        if (finite.Count == 0)
        {
            return "";
        }

        var columns = Math.Min(width, finite.Count);
        var means = Enumerable.Range(0, columns).Select(column =>
        {
            var (from, to) = (column * finite.Count / columns, (column + 1) * finite.Count / columns);
            return finite.Skip(from).Take(to - from).Average();
        }).ToList();
        var (low, high) = (means.Min(), means.Max());
        return string.Concat(
            means.Select(mean => Levels[high > low ? (int)((mean - low) / (high - low) * (Levels.Length - 1)) : 0]));
    }
}
