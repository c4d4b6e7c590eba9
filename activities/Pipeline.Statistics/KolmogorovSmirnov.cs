namespace Pipeline.Statistics;

/// <summary>Two-sample Kolmogorov–Smirnov test.</summary>
/// <remarks>
/// Exact p by counting lattice paths (Hodges 1958); the approximation is the exact one-sample distribution for n m / (n
/// + m) values (Marsaglia, Tsang and Wang 2003). With ties both are conservative.
/// </remarks>
public static class KolmogorovSmirnov
{
    /// <summary>Largest distance between the two empirical distributions.</summary>
    /// <param name="x">First sample.</param>
    /// <param name="y">Second sample.</param>
    /// <param name="signed">Whether only x above y counts.</param>
    /// <returns>0 to 1.</returns>
    public static double Statistic(IReadOnlyList<double> x, IReadOnlyList<double> y, bool signed = false) =>
        (double)Distance(x, y, signed) / ((long)x.Count * y.Count);

    /// <summary>Exact p for samples without ties.</summary>
    /// <param name="x">First sample.</param>
    /// <param name="y">Second sample.</param>
    /// <param name="signed">Whether only x above y counts.</param>
    /// <returns>P(a distance at least as large).</returns>
    public static double ExactP(IReadOnlyList<double> x, IReadOnlyList<double> y, bool signed = false)
    {
        var (n, m, limit) = (x.Count, y.Count, Distance(x, y, signed));
        if (limit == 0) return 1;
        // Share of the monotone paths to (i, j) that have touched the limit.
        var touched = new double[m + 1];
        for (var i = 0; i <= n; i++)
        {
            for (var j = 0; j <= m; j++)
            {
                var gap = (long)i * m - (long)j * n;
                var from = i + j == 0 ? 0 : (i > 0 ? touched[j] * i : 0) + (j > 0 ? touched[j - 1] * j : 0);
                touched[j] = (signed ? gap : Math.Abs(gap)) >= limit ? 1 : i + j == 0 ? 0 : from / (i + j);
            }
        }

        return Math.Min(1, touched[m]);
    }

    /// <summary>p by the one-sample distribution.</summary>
    /// <param name="x">First sample.</param>
    /// <param name="y">Second sample.</param>
    /// <returns>P(a distance at least as large).</returns>
    public static double ApproximateP(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        var size = (int)Math.Round((double)x.Count * y.Count / (x.Count + y.Count), MidpointRounding.ToEven);
        return OneSampleTail(Math.Max(1, size), Statistic(x, y));
    }

    private static long Distance(IReadOnlyList<double> x, IReadOnlyList<double> y, bool signed)
    {
        var (a, b) = (x.Order().ToArray(), y.Order().ToArray());
        var (i, j, most) = (0, 0, 0L);
        while (i < a.Length || j < b.Length)
        {
            var at = j == b.Length || (i < a.Length && a[i] <= b[j]) ? a[i] : b[j];
            while (i < a.Length && a[i] <= at) i++;
            while (j < b.Length && b[j] <= at) j++;
            var gap = (long)i * b.Length - (long)j * a.Length;
            most = Math.Max(most, signed ? gap : Math.Abs(gap));
        }

        return most;
    }

    /// <summary>P(D ≥ d) for n values, by the power of a band matrix; entries are rescaled against overflow.</summary>
    private static double OneSampleTail(int n, double d)
    {
        if (d >= 1) return 0;
        var k = (int)(n * d) + 1;
        var (size, h) = (2 * k - 1, k - n * d);
        var matrix = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++) matrix[i, j] = i - j + 1 >= 0 ? 1 : 0;
        }

        for (var i = 0; i < size; i++)
        {
            matrix[i, 0] -= Math.Pow(h, i + 1);
            matrix[size - 1, i] -= Math.Pow(h, size - i);
        }

        matrix[size - 1, 0] += 2 * h - 1 > 0 ? Math.Pow(2 * h - 1, size) : 0;
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                for (var g = 1; g <= i - j + 1; g++) matrix[i, j] /= g;
            }
        }

        return 1 - Inside(matrix, n, k - 1);
    }

    /// <summary>n!/nⁿ times an entry of the n-th power, by repeated squaring.</summary>
    private static double Inside(double[,] matrix, int n, int at)
    {
        var size = matrix.GetLength(0);
        var (result, exponent) = (Identity(size), 0);
        var (power, powerExponent) = (matrix, 0);
        for (var left = n; left > 0; left >>= 1)
        {
            if ((left & 1) == 1) (result, exponent) = Scale(Multiply(result, power), exponent + powerExponent);
            if (left > 1) (power, powerExponent) = Scale(Multiply(power, power), 2 * powerExponent);
        }

        var value = result[at, at];
        for (var i = 1; i <= n; i++)
        {
            value = value * i / n;
            if (value >= 1e-140) continue;
            value *= 1e140;
            exponent -= 140;
        }

        return value * Math.Pow(10, exponent);
    }

    private static double[,] Identity(int size)
    {
        var matrix = new double[size, size];
        for (var i = 0; i < size; i++) matrix[i, i] = 1;
        return matrix;
    }

    private static (double[,] Matrix, int Exponent) Scale(double[,] matrix, int exponent)
    {
        var middle = matrix.GetLength(0) / 2;
        if (matrix[middle, middle] <= 1e140) return (matrix, exponent);
        for (var i = 0; i < matrix.GetLength(0); i++)
        {
            for (var j = 0; j < matrix.GetLength(1); j++) matrix[i, j] *= 1e-140;
        }

        return (matrix, exponent + 140);
    }

    private static double[,] Multiply(double[,] left, double[,] right)
    {
        var size = left.GetLength(0);
        var product = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var k = 0; k < size; k++)
            {
                var factor = left[i, k];
                for (var j = 0; j < size; j++) product[i, j] += factor * right[k, j];
            }
        }

        return product;
    }
}
