using System.Globalization;

namespace Pipeline.Evaluation.Reports.Plots;

/// <summary>A linear axis with round ticks.</summary>
internal sealed class PlotAxis
{
    private readonly double _from;
    private readonly double _to;

    public PlotAxis(double low, double high, double from, double to, int ticks = 5)
    {
        if (!(high > low)) (low, high) = (low - 0.5, low + 0.5);
        var rough = (high - low) / ticks;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        Step = power * ((rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        (Low, High, _from, _to) = (Math.Floor(low / Step) * Step, Math.Ceiling(high / Step) * Step, from, to);
    }

    public double Low { get; }

    public double High { get; }

    public double Step { get; }

    public IEnumerable<double> Ticks =>
        Enumerable.Range(0, (int)Math.Round((High - Low) / Step) + 1).Select(i => Low + i * Step);

    public double At(double value) => _from + (value - Low) / (High - Low) * (_to - _from);

    public string Label(double tick)
    {
        var digits = Math.Max(0, (int)-Math.Floor(Math.Log10(Step) + 1e-9));
        return digits > 6 ? tick.ToString("0.#e+0", CultureInfo.InvariantCulture) : Math.Round(tick, digits)
            .ToString($"N{digits}", CultureInfo.InvariantCulture);
    }
}
