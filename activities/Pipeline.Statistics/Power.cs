namespace Pipeline.Statistics;

/// <summary>How many items a comparison needs, and how likely a given number is to show a difference.</summary>
/// <remarks>Source: Cohen 1988; Connor 1987 for paired shares.</remarks>
public static class Power
{
    /// <summary>Cohen's h of two shares.</summary>
    /// <param name="p1">First share.</param>
    /// <param name="p2">Second share.</param>
    /// <returns>2 asin √p2 - 2 asin √p1.</returns>
    public static double CohenH(double p1, double p2) => 2 * Math.Asin(Math.Sqrt(p2)) - 2 * Math.Asin(Math.Sqrt(p1));

    /// <summary>
    /// Power of a comparison of two independent shares with n items each, by the arcsine approximation.
    /// </summary>
    /// <param name="h">Cohen's h, not 0.</param>
    /// <param name="perArm">Items of each model.</param>
    /// <param name="alpha">Level.</param>
    /// <param name="twoSided">Whether the level is two-sided.</param>
    /// <returns>0 to 1.</returns>
    public static double TwoProportions(double h, double perArm, double alpha, bool twoSided = true)
    {
        var shift = Math.Abs(h) * Math.Sqrt(perArm / 2);
        var z = SpecialFunctions.NormalTailQuantile(twoSided ? alpha / 2 : alpha);
        return SpecialFunctions.NormalTail(z - shift) + (twoSided ? SpecialFunctions.NormalTail(z + shift) : 0);
    }

    /// <summary>Items of each model for a given power, by the arcsine approximation.</summary>
    /// <param name="h">Cohen's h, not 0.</param>
    /// <param name="alpha">Level.</param>
    /// <param name="power">Such as 0.8.</param>
    /// <param name="twoSided">Whether the level is two-sided.</param>
    /// <returns>Not rounded.</returns>
    public static double TwoProportionsSize(double h, double alpha, double power, bool twoSided = true)
    {
        var high = 2.0;
        while (TwoProportions(h, high, alpha, twoSided) < power) high *= 2;
        return SpecialFunctions.Bisect(n => TwoProportions(h, n, alpha, twoSided) < power, 0, high);
    }

    /// <summary>Items of each model by the formula with pooled or separate variances.</summary>
    /// <param name="p1">First share.</param>
    /// <param name="p2">Second share, different from the first.</param>
    /// <param name="alpha">Level.</param>
    /// <param name="power">Such as 0.8.</param>
    /// <param name="pooled">Whether the null variance pools the shares.</param>
    /// <param name="twoSided">Whether the level is two-sided.</param>
    /// <returns>Not rounded.</returns>
    public static double TwoProportionsFormula(
        double p1, double p2, double alpha, double power, bool pooled, bool twoSided = true)
    {
        var (za, zb) =
            (SpecialFunctions.NormalTailQuantile(twoSided ? alpha / 2 : alpha), SpecialFunctions.NormalQuantile(power));
        var (mean, own) = ((p1 + p2) / 2, p1 * (1 - p1) + p2 * (1 - p2));
        var underNull = pooled ? 2 * mean * (1 - mean) : own;
        return Math.Pow(za * Math.Sqrt(underNull) + zb * Math.Sqrt(own), 2) / Math.Pow(p2 - p1, 2);
    }

    /// <summary>Power of McNemar's test by the normal approximation.</summary>
    /// <param name="onlyFirst">Share of questions that only the first model gets right.</param>
    /// <param name="onlySecond">Share of questions that only the second model gets right.</param>
    /// <param name="n">Questions.</param>
    /// <param name="alpha">Two-sided level.</param>
    /// <returns>0 to 1.</returns>
    public static double McNemar(double onlyFirst, double onlySecond, double n, double alpha)
    {
        var (discordant, delta) = (onlyFirst + onlySecond, onlySecond - onlyFirst);
        var za = SpecialFunctions.NormalTailQuantile(alpha / 2);
        var z = (Math.Abs(delta) * Math.Sqrt(n) - za * Math.Sqrt(discordant)) / Math.Sqrt(discordant - delta * delta);
        return SpecialFunctions.NormalTail(-z);
    }

    /// <summary>Questions that McNemar's test needs, by the normal approximation.</summary>
    /// <param name="onlyFirst">Share of questions that only the first model gets right.</param>
    /// <param name="onlySecond">Share of questions that only the second model gets right, different from the
    /// first.</param>
    /// <param name="alpha">Two-sided level.</param>
    /// <param name="power">Such as 0.8.</param>
    /// <returns>Not rounded.</returns>
    public static double McNemarSize(double onlyFirst, double onlySecond, double alpha, double power)
    {
        var (discordant, delta) = (onlyFirst + onlySecond, onlySecond - onlyFirst);
        var (za, zb) = (SpecialFunctions.NormalTailQuantile(alpha / 2), SpecialFunctions.NormalQuantile(power));
        return Math.Pow(za * Math.Sqrt(discordant) + zb * Math.Sqrt(discordant - delta * delta), 2) / (delta * delta);
    }

    /// <summary>Power of a two-sided t test of two means with n values each.</summary>
    /// <param name="d">Cohen's d.</param>
    /// <param name="perArm">Values of each sample.</param>
    /// <param name="alpha">Two-sided level.</param>
    /// <returns>0 to 1.</returns>
    public static double TwoMeans(double d, double perArm, double alpha)
    {
        var degrees = 2 * perArm - 2;
        var (critical, shift) = (SpecialFunctions.StudentQuantile(1 - alpha / 2, degrees), d * Math.Sqrt(perArm / 2));
        return 1 - NoncentralT(critical, degrees, shift) + NoncentralT(-critical, degrees, shift);
    }

    /// <summary>Values of each sample that a two-sided t test needs.</summary>
    /// <param name="d">Cohen's d, above 0.</param>
    /// <param name="alpha">Two-sided level.</param>
    /// <param name="power">Such as 0.8.</param>
    /// <returns>Not rounded.</returns>
    public static double TwoMeansSize(double d, double alpha, double power)
    {
        var (low, high) = (2.0, 4.0);
        while (TwoMeans(d, high, alpha) < power) high *= 2;
        for (var i = 0; i < 50; i++)
        {
            var middle = (low + high) / 2;
            if (TwoMeans(d, middle, alpha) < power) low = middle;
            else high = middle;
        }

        return (low + high) / 2;
    }

    /// <summary>
    /// P(T ≤ t) of the noncentral t: the normal probability averaged over the chi distribution of the deviation, by
    /// Simpson's rule.
    /// </summary>
    private static double NoncentralT(double t, double degrees, double shift)
    {
        const int Steps = 2000;
        // s = χ/√ν has its mass within ten deviations of about 1.
        var spread = 10 / Math.Sqrt(2 * degrees);
        var (from, to) = (Math.Max(1e-9, 1 - spread), 1 + spread);
        var (width, sum) = ((to - from) / Steps, 0.0);
        var norm = Math.Log(2) + degrees / 2 * Math.Log(degrees / 2) - SpecialFunctions.LogGamma(degrees / 2);
        for (var i = 0; i <= Steps; i++)
        {
            var s = from + i * width;
            var density = Math.Exp(norm + (degrees - 1) * Math.Log(s) - degrees * s * s / 2);
            sum += (i == 0 || i == Steps ? 1 : i % 2 == 1 ? 4 : 2) * density
                * SpecialFunctions.NormalTail(shift - t * s);
        }

        return sum * width / 3;
    }
}
