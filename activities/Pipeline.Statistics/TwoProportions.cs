namespace Pipeline.Statistics;

/// <summary>Comparison of two independent shares x1/n1 and x2/n2.</summary>
/// <param name="X1">Successes of the first.</param>
/// <param name="N1">Trials of the first.</param>
/// <param name="X2">Successes of the second.</param>
/// <param name="N2">Trials of the second.</param>
public sealed record TwoProportions(int X1, int N1, int X2, int N2)
{
    private double P1 => (double)X1 / N1;

    private double P2 => (double)X2 / N2;

    /// <summary>Cohen's h: 2 asin √p2 - 2 asin √p1.</summary>
    public double CohenH => Power.CohenH(P1, P2);

    /// <summary>(p1 - p2) over the pooled standard error; not a number when all or none succeeded.</summary>
    public double PooledZ
    {
        get
        {
            var p = (double)(X1 + X2) / (N1 + N2);
            return (P1 - P2) / Math.Sqrt(p * (1 - p) * (1.0 / N1 + 1.0 / N2));
        }
    }

    /// <summary>Standard error of p1 - p2 with each share's own variance.</summary>
    public double StandardError => Math.Sqrt(P1 * (1 - P1) / N1 + P2 * (1 - P2) / N2);

    /// <summary>(p1 - p2) over <see cref="StandardError"/>.</summary>
    public double UnpooledZ => (P1 - P2) / StandardError;

    /// <summary>Two-sided p of the pooled z test.</summary>
    public double TwoSidedP => 2 * SpecialFunctions.NormalTail(Math.Abs(PooledZ));

    /// <summary>p of "the first is not below the second".</summary>
    public double LessP => SpecialFunctions.NormalTail(-PooledZ);

    /// <summary>p of "the first is not above the second".</summary>
    public double GreaterP => SpecialFunctions.NormalTail(PooledZ);

    /// <summary>Wald interval of p2 - p1.</summary>
    /// <param name="confidence">Such as 0.95.</param>
    /// <returns>Ends of the interval.</returns>
    public Interval WaldDifference(double confidence = 0.95)
    {
        var half = SpecialFunctions.NormalTailQuantile((1 - confidence) / 2) * StandardError;
        return new Interval(P2 - P1 - half, P2 - P1 + half);
    }

    /// <summary>Fisher's exact two-sided p: all tables at most as likely as the observed one.</summary>
    public double FisherP
    {
        get
        {
            var total = X1 + X2;
            var (first, last) = (Math.Max(0, total - N2), Math.Min(N1, total));
            // Probabilities relative to the observed table, by the ratio of neighbours, so that no factorial is needed.
            var (all, rare) = (1.0, 1.0);
            for (var step = -1; step <= 1; step += 2)
            {
                var relative = 1.0;
                for (var x = X1; step > 0 ? x < last : x > first; x += step)
                {
                    relative *= step > 0
                        ? (double)(N1 - x) * (total - x) / ((x + 1.0) * (N2 - total + x + 1.0))
                        : x * (double)(N2 - total + x) / ((N1 - x + 1.0) * (total - x + 1.0));
                    all += relative;
                    rare += relative <= 1 + 1e-7 ? relative : 0;
                }
            }

            return Math.Min(1, rare / all);
        }
    }
}
