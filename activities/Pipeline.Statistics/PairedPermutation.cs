namespace Pipeline.Statistics;

/// <summary>Sign-flip test of the mean difference b - a of paired scores.</summary>
/// <param name="Greater">p of "b is not above a".</param>
/// <param name="Less">p of "b is not below a".</param>
/// <param name="TwoSided">p by the absolute sum.</param>
/// <param name="Assignments">How many sign patterns were counted.</param>
/// <remarks>
/// All 2ⁿ patterns up to 20 items, else seeded random ones with the observed pattern counted in. Source: Fisher 1935.
/// </remarks>
public sealed record PairedPermutation(double Greater, double Less, double TwoSided, int Assignments)
{
    private const double Tolerance = 1e-9;
    private const int ExactItems = 20;

    /// <summary>Runs the test.</summary>
    /// <param name="baseline">Score of each item for a.</param>
    /// <param name="candidate">Score of the same items for b.</param>
    /// <param name="seed">Seed of the random patterns.</param>
    /// <param name="samples">Number of random patterns for more than 20 items.</param>
    /// <returns>The p values.</returns>
    public static PairedPermutation Test(
        IReadOnlyList<double> baseline, IReadOnlyList<double> candidate, ulong seed = 1, int samples = 10000)
    {
        var differences = baseline.Zip(candidate, (a, b) => b - a).ToArray();
        var observed = differences.Sum();
        var exact = differences.Length <= ExactItems;
        var (assignments, greater, less, both) = (exact ? 1 << differences.Length : samples + 1, 0, 0, 0);
        var generator = new SplitMix64(seed);
        for (var pattern = 0; pattern < assignments; pattern++)
        {
            // The first pattern of either kind flips nothing: it is the observed one.
            var sum = exact ? Sum(differences, (ulong)pattern) : pattern == 0
                ? observed : RandomSum(differences, generator);
            greater += sum >= observed - Tolerance ? 1 : 0;
            less += sum <= observed + Tolerance ? 1 : 0;
            both += Math.Abs(sum) >= Math.Abs(observed) - Tolerance ? 1 : 0;
        }

        return new PairedPermutation(
            (double)greater / assignments, (double)less / assignments, (double)both / assignments, assignments);
    }

    /// <summary>Twice the smaller one-sided p, at most 1.</summary>
    public double TwoSidedDoubled => Math.Min(1, 2 * Math.Min(Greater, Less));

    private static double Sum(double[] differences, ulong flips)
    {
        var sum = 0.0;
        for (var i = 0; i < differences.Length; i++) sum += (flips >> i & 1) == 0 ? differences[i] : -differences[i];
        return sum;
    }

    private static double RandomSum(double[] differences, SplitMix64 generator)
    {
        var (sum, bits) = (0.0, 0UL);
        for (var i = 0; i < differences.Length; i++)
        {
            if (i % 64 == 0) bits = generator.Next();
            sum += (bits >> (i % 64) & 1) == 0 ? differences[i] : -differences[i];
        }

        return sum;
    }
}
