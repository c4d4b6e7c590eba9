namespace Pipeline.Statistics;

/// <summary>How a group-sequential test spends its level over the looks.</summary>
public enum SpendingFunction
{
    /// <summary>
    /// Like O'Brien and Fleming, each side spending half of the level: the usual software's convention.
    /// </summary>
    OBrienFleming,

    /// <summary>
    /// The one-sided O'Brien–Fleming formula applied to the two-sided level; its early bounds are lower.
    /// </summary>
    OBrienFlemingTotal,

    /// <summary>Like Pocock: <c>α ln(1 + (e - 1) t)</c>.</summary>
    Pocock,

    /// <summary><c>α t²</c>.</summary>
    Square,
}

/// <summary>Two-sided bounds on |Z| for a test that is looked at several times.</summary>
/// <remarks>
/// Crossing probabilities by recursive numerical integration of the score's density (Armitage, McPherson and Rowe
/// 1969); spending functions of Lan and DeMets 1983.
/// </remarks>
public static class SequentialDesign
{
    private const int Points = 201;

    /// <summary>Constant bounds at equally spaced looks (Pocock 1977).</summary>
    /// <param name="looks">Number of looks.</param>
    /// <param name="alpha">Two-sided level.</param>
    /// <returns>One bound a look.</returns>
    public static double[] Pocock(int looks, double alpha) => Classical(looks, alpha, _ => 1);

    /// <summary>Bounds that fall as c/√t (O'Brien and Fleming 1979).</summary>
    /// <param name="looks">Number of looks.</param>
    /// <param name="alpha">Two-sided level.</param>
    /// <returns>One bound a look.</returns>
    public static double[] OBrienFleming(int looks, double alpha) => Classical(looks, alpha, t => 1 / Math.Sqrt(t));

    /// <summary>Level spent up to an information share.</summary>
    /// <param name="function">The spending function.</param>
    /// <param name="alpha">Two-sided level.</param>
    /// <param name="information">0 to 1.</param>
    /// <returns>0 to <paramref name="alpha"/>.</returns>
    public static double Spent(SpendingFunction function, double alpha, double information) => function switch
    {
        SpendingFunction.OBrienFleming =>
            4 * SpecialFunctions.NormalTail(SpecialFunctions.NormalTailQuantile(alpha / 4) / Math.Sqrt(information)),
        SpendingFunction.OBrienFlemingTotal =>
            2 * SpecialFunctions.NormalTail(SpecialFunctions.NormalTailQuantile(alpha / 2) / Math.Sqrt(information)),
        SpendingFunction.Pocock => alpha * Math.Log(1 + (Math.E - 1) * information),
        _ => alpha * information * information,
    };

    /// <summary>Bounds of a spending design.</summary>
    /// <param name="function">The spending function.</param>
    /// <param name="alpha">Two-sided level.</param>
    /// <param name="information">Rising information shares of the looks, the last one 1 when the test is
    /// complete.</param>
    /// <returns>One bound a look.</returns>
    public static double[] Bounds(SpendingFunction function, double alpha, IReadOnlyList<double> information)
    {
        var bounds = new double[information.Count];
        var density = new ScoreDensity();
        for (var k = 0; k < bounds.Length; k++)
        {
            var need = Spent(function, alpha, information[k])
                - (k == 0 ? 0 : Spent(function, alpha, information[k - 1]));
            bounds[k] = SpecialFunctions.Bisect(bound => density.Crossing(bound, information[k]) > need, 0.3, 9.5);
            density = density.After(bounds[k], information[k]);
        }

        return bounds;
    }

    /// <summary>Probability of crossing first at each look.</summary>
    /// <param name="bounds">Bounds on |Z|.</param>
    /// <param name="information">Information shares.</param>
    /// <param name="drift">Expected Z at full information; 0 under no difference.</param>
    /// <returns>One probability a look.</returns>
    public static double[] Crossing(IReadOnlyList<double> bounds, IReadOnlyList<double> information, double drift = 0)
    {
        var probabilities = new double[bounds.Count];
        var density = new ScoreDensity(drift);
        for (var k = 0; k < probabilities.Length; k++)
        {
            probabilities[k] = density.Crossing(bounds[k], information[k]);
            density = density.After(bounds[k], information[k]);
        }

        return probabilities;
    }

    private static double[] Classical(int looks, double alpha, Func<double, double> shape)
    {
        var information = Enumerable.Range(1, looks).Select(k => (double)k / looks).ToArray();
        double[] Scaled(double c) => [.. information.Select(t => c * shape(t))];
        var (low, high) = (1.5, 6.0);
        for (var i = 0; i < 26; i++)
        {
            var middle = (low + high) / 2;
            if (Crossing(Scaled(middle), information).Sum() > alpha) low = middle;
            else high = middle;
        }

        return Scaled((low + high) / 2);
    }

    /// <summary>
    /// Density of the score S = Z√t among the runs that have not crossed yet; empty before the first look.
    /// </summary>
    private sealed class ScoreDensity(double drift = 0)
    {
        private double[] _grid = [0];
        private double[] _weighted = [1];
        private double _time;

        public double Crossing(double bound, double time)
        {
            var (edge, step) = (bound * Math.Sqrt(time), time - _time);
            var deviation = Math.Sqrt(step);
            var sum = 0.0;
            for (var i = 0; i < _grid.Length; i++)
            {
                var mean = _grid[i] + drift * step;
                sum += _weighted[i]
                    * (SpecialFunctions.NormalTail((edge - mean) / deviation)
                        + SpecialFunctions.NormalTail((edge + mean) / deviation));
            }

            return sum;
        }

        public ScoreDensity After(double bound, double time)
        {
            var (edge, step) = (bound * Math.Sqrt(time), time - _time);
            var (deviation, width) = (Math.Sqrt(step), 2 * edge / (Points - 1));
            var next = new ScoreDensity(drift)
            {
                _grid = new double[Points],
                _weighted = new double[Points],
                _time = time,
            };
            for (var j = 0; j < Points; j++)
            {
                var at = -edge + j * width;
                var sum = 0.0;
                for (var i = 0; i < _grid.Length; i++)
                {
                    sum += _weighted[i] * SpecialFunctions.NormalDensity((at - _grid[i] - drift * step) / deviation);
                }

                // Simpson's weights.
                var weight = j == 0 || j == Points - 1 ? 1 : j % 2 == 1 ? 4 : 2;
                next._grid[j] = at;
                next._weighted[j] = sum / deviation * weight * width / 3;
            }

            return next;
        }
    }
}
