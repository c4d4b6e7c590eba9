namespace Pipeline.Statistics;

/// <summary>A t test of a mean or of a difference of means.</summary>
/// <param name="Difference">Mean of x minus mean of y.</param>
/// <param name="StandardError">Its standard error.</param>
/// <param name="Degrees">Degrees of freedom.</param>
public sealed record TTest(double Difference, double StandardError, double Degrees)
{
    /// <summary>The statistic.</summary>
    public double T => Difference / StandardError;

    /// <summary>Two-sided p.</summary>
    public double P => 2 * SpecialFunctions.StudentTail(Math.Abs(T), Degrees);

    /// <summary>p of "x is not below y".</summary>
    public double LessP => SpecialFunctions.StudentTail(-T, Degrees);

    /// <summary>Interval of the difference.</summary>
    /// <param name="confidence">Such as 0.95.</param>
    /// <returns>Ends of the interval.</returns>
    public Interval Confidence(double confidence = 0.95)
    {
        var half = SpecialFunctions.StudentQuantile((1 + confidence) / 2, Degrees) * StandardError;
        return new Interval(Difference - half, Difference + half);
    }

    /// <summary>Samples with different variances (Welch 1947).</summary>
    /// <param name="x">First sample, at least two values.</param>
    /// <param name="y">Second sample, at least two values.</param>
    /// <returns>The test.</returns>
    public static TTest Welch(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        var (a, b) = (Moments.Variance(x) / x.Count, Moments.Variance(y) / y.Count);
        return new TTest(x.Average() - y.Average(), Math.Sqrt(a + b),
            (a + b) * (a + b) / (a * a / (x.Count - 1) + b * b / (y.Count - 1)));
    }

    /// <summary>Samples with one variance (Student 1908).</summary>
    /// <param name="x">First sample.</param>
    /// <param name="y">Second sample.</param>
    /// <returns>The test.</returns>
    public static TTest Student(IReadOnlyList<double> x, IReadOnlyList<double> y) => new(
        x.Average() - y.Average(), Math.Sqrt(Moments.PooledVariance(x, y) * (1.0 / x.Count + 1.0 / y.Count)),
        x.Count + y.Count - 2);

    /// <summary>Paired samples.</summary>
    /// <param name="x">First value of each pair.</param>
    /// <param name="y">Second value of each pair.</param>
    /// <returns>The test.</returns>
    public static TTest Paired(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        double[] differences = [.. x.Zip(y, (a, b) => a - b)];
        return new TTest(differences.Average(), Moments.StandardError(differences), differences.Length - 1);
    }
}
