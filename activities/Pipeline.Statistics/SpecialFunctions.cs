namespace Pipeline.Statistics;

/// <summary>Distribution functions with a relative error below 1e-11, far tails included.</summary>
/// <remarks>
/// Series and continued fractions of Abramowitz and Stegun 7.1.5, 7.1.14, 6.1.41, 6.5.29, 6.5.31 and 26.5.8, evaluated
/// by Lentz's method; quantiles by bracketing and bisection on those functions.
/// </remarks>
public static class SpecialFunctions
{
    private const double Tiny = 1e-300;
    private const double Precision = 1e-16;

    /// <summary>Upper tail of the standard normal distribution.</summary>
    /// <param name="z">Any value.</param>
    /// <returns>P(Z &gt; z).</returns>
    public static double NormalTail(double z) =>
        z >= 0 ? 0.5 * Erfc(z / Math.Sqrt(2)) : 1 - 0.5 * Erfc(-z / Math.Sqrt(2));

    /// <summary>Density of the standard normal distribution.</summary>
    /// <param name="z">Any value.</param>
    /// <returns>The density.</returns>
    public static double NormalDensity(double z) => Math.Exp(-0.5 * z * z) / Math.Sqrt(2 * Math.PI);

    /// <summary>Quantile of the standard normal distribution.</summary>
    /// <param name="p">Between 0 and 1.</param>
    /// <returns>z with P(Z ≤ z) = p.</returns>
    public static double NormalQuantile(double p) => p > 0.5 ? NormalTailQuantile(1 - p) : -NormalTailQuantile(p);

    /// <summary>Point with a given upper tail; precise for tails too small to write as 1 - p.</summary>
    /// <param name="tail">Between 0 and 1.</param>
    /// <returns>z with P(Z &gt; z) = tail.</returns>
    public static double NormalTailQuantile(double tail)
    {
        if (tail > 0.5) return -NormalTailQuantile(1 - tail);
        if (tail.Equals(0.5)) return 0;
        var (low, high) = (0.0, 40.0);
        for (var i = 0; i < 70 && high - low > 1e-15 * high; i++)
        {
            var middle = (low + high) / 2;
            if (NormalTail(middle) > tail) low = middle;
            else high = middle;
        }

        return (low + high) / 2;
    }

    /// <summary>Upper tail of Student's t distribution.</summary>
    /// <param name="t">Any value.</param>
    /// <param name="degrees">Degrees of freedom, above 0.</param>
    /// <returns>P(T &gt; t).</returns>
    public static double StudentTail(double t, double degrees)
    {
        var tail = 0.5 * BetaRegularized(degrees / (degrees + t * t), degrees / 2, 0.5);
        return t >= 0 ? tail : 1 - tail;
    }

    /// <summary>Quantile of Student's t distribution.</summary>
    /// <param name="p">Between 0.5 and 1, exclusive.</param>
    /// <param name="degrees">Degrees of freedom, above 0.</param>
    /// <returns>t with P(T ≤ t) = p.</returns>
    public static double StudentQuantile(double p, double degrees)
    {
        if (p < 0.5) return -StudentQuantile(1 - p, degrees);
        var (low, high) = (0.0, 1.0);
        while (StudentTail(high, degrees) > 1 - p) high *= 2;
        return Bisect(t => StudentTail(t, degrees) > 1 - p, low, high);
    }

    /// <summary>Upper tail of the chi-square distribution.</summary>
    /// <param name="x">At least 0.</param>
    /// <param name="degrees">Degrees of freedom, above 0.</param>
    /// <returns>P(X &gt; x).</returns>
    public static double ChiSquareTail(double x, double degrees) => GammaTail(degrees / 2, x / 2);

    /// <summary>Quantile of the beta distribution.</summary>
    /// <param name="p">Between 0 and 1.</param>
    /// <param name="a">First shape, above 0.</param>
    /// <param name="b">Second shape, above 0.</param>
    /// <returns>x with I_x(a, b) = p.</returns>
    public static double BetaQuantile(double p, double a, double b) => Bisect(x => BetaRegularized(x, a, b) < p, 0, 1);

    /// <summary>Natural logarithm of the gamma function.</summary>
    /// <param name="x">Above 0.</param>
    /// <returns>ln Γ(x).</returns>
    public static double LogGamma(double x)
    {
        var shift = 0.0;
        for (; x < 15; x++) shift -= Math.Log(x);
        var inverse = 1 / (x * x);
        var series =
            (1.0 / 12 - inverse * (1.0 / 360 - inverse * (1.0 / 1260 - inverse * (1.0 / 1680 - inverse / 1188)))) / x;
        return shift + (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + series;
    }

    /// <summary>Regularized incomplete beta function.</summary>
    /// <param name="x">Between 0 and 1.</param>
    /// <param name="a">First shape, above 0.</param>
    /// <param name="b">Second shape, above 0.</param>
    /// <returns>I_x(a, b).</returns>
    public static double BetaRegularized(double x, double a, double b)
    {
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        return x > (a + 1) / (a + b + 2) ? 1 - BetaFraction(1 - x, b, a) : BetaFraction(x, a, b);
    }

    /// <summary>Complementary error function.</summary>
    /// <param name="x">Any value.</param>
    /// <returns>erfc(x).</returns>
    public static double Erfc(double x)
    {
        if (x < 0) return 2 - Erfc(-x);
        return x < 1.5 ? 1 - ErfSeries(x) : GammaTail(0.5, x * x);
    }

    private static double ErfSeries(double x)
    {
        var (term, sum) = (x, x);
        for (var n = 1; Math.Abs(term) > Precision * sum; n++)
        {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    /// <summary>Q(a, x), the regularized upper incomplete gamma function.</summary>
    private static double GammaTail(double a, double x)
    {
        if (x <= 0) return 1;
        var scale = Math.Exp(a * Math.Log(x) - x - LogGamma(a));
        if (x < a + 1)
        {
            var (term, sum) = (1 / a, 1 / a);
            for (var n = 1; term > Precision * sum; n++) sum += term *= x / (a + n);
            return 1 - scale * sum;
        }

        var b = x + 1 - a;
        var (c, d) = (1 / Tiny, 1 / b);
        var fraction = d;
        for (var n = 1; n < 10000; n++)
        {
            var numerator = -n * (n - a);
            b += 2;
            d = 1 / NotZero(numerator * d + b);
            c = NotZero(b + numerator / c);
            fraction *= c * d;
            if (Math.Abs(c * d - 1) < Precision) break;
        }

        return scale * fraction;
    }

    private static double BetaFraction(double x, double a, double b)
    {
        var front = Math.Exp(a * Math.Log(x) + b * Math.Log(1 - x) + LogGamma(a + b) - LogGamma(a) - LogGamma(b)) / a;
        var (c, d) = (1.0, 1 / NotZero(1 - (a + b) * x / (a + 1)));
        var fraction = d;
        for (var m = 1; m < 100000; m++)
        {
            var even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            var odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / NotZero(1 + even * d);
            c = NotZero(1 + even / c);
            fraction *= c * d;
            d = 1 / NotZero(1 + odd * d);
            c = NotZero(1 + odd / c);
            fraction *= c * d;
            if (Math.Abs(c * d - 1) < Precision) break;
        }

        return front * fraction;
    }

    private static double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;

    internal static double Bisect(Func<double, bool> below, double low, double high)
    {
        for (var i = 0; i < 1100 && high - low > 1e-15 * high; i++)
        {
            var middle = (low + high) / 2;
            if (middle <= low || middle >= high) break;
            if (below(middle)) low = middle;
            else high = middle;
        }

        return (low + high) / 2;
    }
}
