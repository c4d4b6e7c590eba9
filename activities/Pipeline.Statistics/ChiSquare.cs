namespace Pipeline.Statistics;

/// <summary>Pearson's chi-square test.</summary>
/// <param name="Statistic">The statistic.</param>
/// <param name="Degrees">Degrees of freedom.</param>
/// <param name="P">Upper tail.</param>
public sealed record ChiSquare(double Statistic, int Degrees, double P)
{
    /// <summary>Independence of rows and columns of a table of counts.</summary>
    /// <param name="table">Counts, every row and column with a positive sum.</param>
    /// <param name="yates">Whether to apply the continuity correction of a 2 × 2 table.</param>
    /// <returns>The test.</returns>
    public static ChiSquare Independence(int[,] table, bool yates = false)
    {
        var (rows, columns) = (table.GetLength(0), table.GetLength(1));
        double total = table.Cast<int>().Sum();
        var statistic = 0.0;
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                double row = Enumerable.Range(0, columns).Sum(k => table[i, k]),
                    column = Enumerable.Range(0, rows).Sum(k => table[k, j]);
                var expected = row * column / total;
                var gap = Math.Abs(table[i, j] - expected);
                if (yates) gap -= Math.Min(0.5, gap);
                statistic += gap * gap / expected;
            }
        }

        return Of(statistic, (rows - 1) * (columns - 1));
    }

    /// <summary>Agreement of counts with expected counts.</summary>
    /// <param name="observed">Counts.</param>
    /// <param name="expected">Expected counts, each above 0.</param>
    /// <returns>The test.</returns>
    public static ChiSquare GoodnessOfFit(IReadOnlyList<double> observed, IReadOnlyList<double> expected) =>
        Of(observed.Zip(expected, (o, e) => (o - e) * (o - e) / e).Sum(), observed.Count - 1);

    /// <summary>Cramér's V of a table: 0 for independence, 1 for full dependence.</summary>
    /// <param name="table">Counts.</param>
    /// <returns>0 to 1.</returns>
    public static double CramersV(int[,] table) =>
        Math.Sqrt(Independence(table).Statistic / table.Cast<int>().Sum()
            / (Math.Min(table.GetLength(0), table.GetLength(1)) - 1));

    private static ChiSquare Of(double statistic, int degrees) =>
        new(statistic, degrees, SpecialFunctions.ChiSquareTail(statistic, degrees));
}
