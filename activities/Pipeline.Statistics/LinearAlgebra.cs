namespace Pipeline.Statistics;

/// <summary>Small dense systems.</summary>
internal static class LinearAlgebra
{
    /// <summary>Solves A x = b by elimination with pivoting.</summary>
    public static double[] Solve(double[,] matrix, double[] right)
    {
        var (n, a, x) = (right.Length, (double[,])matrix.Clone(), (double[])right.Clone());
        for (var column = 0; column < n; column++)
        {
            var pivot = Enumerable.Range(column, n - column).MaxBy(row => Math.Abs(a[row, column]));
            if (a[pivot, column] == 0) throw new ArithmeticException("the system has no unique solution");
            for (var j = 0; j < n; j++) (a[column, j], a[pivot, j]) = (a[pivot, j], a[column, j]);
            (x[column], x[pivot]) = (x[pivot], x[column]);
            for (var row = column + 1; row < n; row++)
            {
                var factor = a[row, column] / a[column, column];
                for (var j = column; j < n; j++) a[row, j] -= factor * a[column, j];
                x[row] -= factor * x[column];
            }
        }

        for (var row = n - 1; row >= 0; row--)
        {
            for (var j = row + 1; j < n; j++) x[row] -= a[row, j] * x[j];
            x[row] /= a[row, row];
        }

        return x;
    }
}
