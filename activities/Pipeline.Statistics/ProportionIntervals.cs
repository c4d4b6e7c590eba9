namespace Pipeline.Statistics;

/// <summary>Confidence intervals of a share of right answers.</summary>
/// <remarks>
/// Source: Brown, Cai and DasGupta 2001; Newcombe 1998 for the corrected Wilson interval and differences.
/// </remarks>
public static class ProportionIntervals
{
    /// <summary>Wilson's score interval; sound for few answers and shares near 0 or 1.</summary>
    /// <param name="successes">Right answers.</param>
    /// <param name="trials">All answers, at least 1.</param>
    /// <param name="confidence">Such as 0.95.</param>
    /// <returns>Ends between 0 and 1.</returns>
    public static Interval Wilson(int successes, int trials, double confidence = 0.95)
    {
        var (z, n) = (Z(confidence), (double)trials);
        var p = successes / n;
        var center = (p + z * z / (2 * n)) / (1 + z * z / n);
        var half = z * Math.Sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
        return Clip(successes == 0 ? 0 : center - half, successes == trials ? 1 : center + half);
    }

    /// <summary>Wilson's interval with continuity correction.</summary>
    /// <param name="successes">Right answers.</param>
    /// <param name="trials">All answers, at least 1.</param>
    /// <param name="confidence">Such as 0.95.</param>
    /// <returns>Ends between 0 and 1.</returns>
    public static Interval WilsonCorrected(int successes, int trials, double confidence = 0.95)
    {
        var (z, n) = (Z(confidence), (double)trials);
        var (p, scale) = (successes / n, 2 * (n + z * z));
        var lower = (2 * n * p + z * z - 1 - z * Math.Sqrt(z * z - 2 - 1 / n + 4 * p * (n * (1 - p) + 1))) / scale;
        var upper = (2 * n * p + z * z + 1 + z * Math.Sqrt(z * z + 2 - 1 / n + 4 * p * (n * (1 - p) - 1))) / scale;
        return new Interval(successes == 0 ? 0 : lower, successes == trials ? 1 : upper);
    }

    /// <summary>The exact interval of Clopper and Pearson; never too short.</summary>
    /// <param name="successes">Right answers.</param>
    /// <param name="trials">All answers, at least 1.</param>
    /// <param name="confidence">Such as 0.95.</param>
    /// <returns>Ends between 0 and 1.</returns>
    public static Interval ClopperPearson(int successes, int trials, double confidence = 0.95)
    {
        var half = (1 - confidence) / 2;
        return new Interval(
            successes == 0 ? 0 : SpecialFunctions.BetaQuantile(half, successes, trials - successes + 1),
            successes == trials ? 1 : SpecialFunctions.BetaQuantile(1 - half, successes + 1, trials - successes));
    }

    /// <summary>The interval of Agresti and Coull.</summary>
    /// <param name="successes">Right answers.</param>
    /// <param name="trials">All answers, at least 1.</param>
    /// <param name="confidence">Such as 0.95.</param>
    /// <returns>Ends between 0 and 1.</returns>
    public static Interval AgrestiCoull(int successes, int trials, double confidence = 0.95)
    {
        var z = Z(confidence);
        var n = trials + z * z;
        var p = (successes + z * z / 2) / n;
        var half = z * Math.Sqrt(p * (1 - p) / n);
        return Clip(p - half, p + half);
    }

    /// <summary>The interval of the Jeffreys prior.</summary>
    /// <param name="successes">Right answers.</param>
    /// <param name="trials">All answers, at least 1.</param>
    /// <param name="confidence">Such as 0.95.</param>
    /// <returns>Ends between 0 and 1.</returns>
    public static Interval Jeffreys(int successes, int trials, double confidence = 0.95)
    {
        var half = (1 - confidence) / 2;
        var (a, b) = (successes + 0.5, trials - successes + 0.5);
        return new Interval(SpecialFunctions.BetaQuantile(half, a, b), SpecialFunctions.BetaQuantile(1 - half, a, b));
    }

    /// <summary>The textbook normal interval; misleading near 0 and 1.</summary>
    /// <param name="successes">Right answers.</param>
    /// <param name="trials">All answers, at least 1.</param>
    /// <param name="confidence">Such as 0.95.</param>
    /// <returns>Ends between 0 and 1.</returns>
    public static Interval Normal(int successes, int trials, double confidence = 0.95)
    {
        var p = (double)successes / trials;
        var half = Z(confidence) * Math.Sqrt(p * (1 - p) / trials);
        return Clip(p - half, p + half);
    }

    /// <summary>Newcombe's interval of the difference p2 - p1 of two independent shares.</summary>
    /// <param name="x1">Right answers of the first.</param>
    /// <param name="n1">All answers of the first.</param>
    /// <param name="x2">Right answers of the second.</param>
    /// <param name="n2">All answers of the second.</param>
    /// <param name="confidence">Such as 0.95.</param>
    /// <returns>Ends between -1 and 1.</returns>
    public static Interval NewcombeDifference(int x1, int n1, int x2, int n2, double confidence = 0.95)
    {
        var (p1, p2, first, second) =
            ((double)x1 / n1, (double)x2 / n2, Wilson(x1, n1, confidence), Wilson(x2, n2, confidence));
        var down = Math.Sqrt(Math.Pow(p2 - second.Lower, 2) + Math.Pow(first.Upper - p1, 2));
        var up = Math.Sqrt(Math.Pow(p1 - first.Lower, 2) + Math.Pow(second.Upper - p2, 2));
        return new Interval(p2 - p1 - down, p2 - p1 + up);
    }

    private static double Z(double confidence) => SpecialFunctions.NormalTailQuantile((1 - confidence) / 2);

    private static Interval Clip(double lower, double upper) => new(Math.Max(0, lower), Math.Min(1, upper));
}
