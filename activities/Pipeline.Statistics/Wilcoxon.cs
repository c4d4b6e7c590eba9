namespace Pipeline.Statistics;

/// <summary>Wilcoxon's signed-rank test of paired values; zero differences are dropped.</summary>
/// <param name="W">The smaller sum of ranks.</param>
/// <param name="P">Two-sided p by the normal approximation with tie correction, without continuity correction.</param>
public sealed record Wilcoxon(double W, double P)
{
    /// <summary>Runs the test.</summary>
    /// <param name="x">First value of each pair.</param>
    /// <param name="y">Second value of each pair.</param>
    /// <returns>The test; p is 1 when all differences are 0.</returns>
    public static Wilcoxon Test(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        double[] differences = [.. x.Zip(y, (a, b) => a - b).Where(d => d != 0)];
        if (differences.Length == 0) return new Wilcoxon(0, 1);
        double[] sizes = [.. differences.Select(Math.Abs)];
        var ranks = Ranks.Of(sizes);
        var plus = ranks.Where((_, i) => differences[i] > 0).Sum();
        double n = differences.Length;
        var w = Math.Min(plus, n * (n + 1) / 2 - plus);
        var deviation = Math.Sqrt(n * (n + 1) * (2 * n + 1) / 24 - Ranks.TieTerm(sizes) / 48);
        return new Wilcoxon(w, Math.Min(1, 2 * SpecialFunctions.NormalTail(Math.Abs(w - n * (n + 1) / 4) / deviation)));
    }
}
