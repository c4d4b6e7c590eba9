namespace Pipeline.Statistics;

/// <summary>A comparison of two models: which of them won.</summary>
/// <param name="First">Name of the first.</param>
/// <param name="Second">Name of the second.</param>
/// <param name="Score">1 when the first won, 0 when the second did, one half for a tie.</param>
public sealed record Game(string First, string Second, double Score);

/// <summary>Ratings of models from pairwise comparisons.</summary>
public static class Ratings
{
    /// <summary>Elo ratings after all games in order; both players are updated from their old ratings.</summary>
    /// <param name="games">Games in order.</param>
    /// <param name="start">Rating of a new player.</param>
    /// <param name="step">Largest change of a game.</param>
    /// <returns>Ratings by name. Source: Elo 1978, base 10, scale 400.</returns>
    public static IReadOnlyDictionary<string, double> Elo(
        IEnumerable<Game> games, double start = 1000, double step = 32)
    {
        var ratings = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var game in games)
        {
            var (first, second) =
                (ratings.GetValueOrDefault(game.First, start), ratings.GetValueOrDefault(game.Second, start));
            var change = step * (game.Score - 1 / (1 + Math.Pow(10, (second - first) / 400)));
            (ratings[game.First], ratings[game.Second]) = (first + change, second - change);
        }

        return ratings;
    }

    /// <summary>Bradley–Terry strengths by maximum likelihood; order of the games does not matter.</summary>
    /// <param name="games">Games; every player must be connected to every other by wins and losses unless a ridge is
    /// given.</param>
    /// <param name="players">Players in the order of the result.</param>
    /// <param name="ridge">Quadratic penalty on the strengths.</param>
    /// <returns>Natural-log strengths with mean 0. Source: Bradley and Terry 1952; Newton's method.</returns>
    public static double[] BradleyTerry(IReadOnlyList<Game> games, IReadOnlyList<string> players, double ridge = 0)
    {
        var wins = Wins(games, players);
        var n = players.Count;
        var strengths = new double[n];
        for (var iteration = 0; iteration < 100; iteration++)
        {
            var (gradient, information) = (new double[n], Information(wins, strengths, ridge));
            for (var i = 0; i < n; i++)
            {
                gradient[i] = -ridge * strengths[i];
                for (var j = 0; j < n; j++)
                {
                    if (i != j) gradient[i] += wins[i, j]
                        - (wins[i, j] + wins[j, i]) / (1 + Math.Exp(strengths[j] - strengths[i]));
                }
            }

            var change = LinearAlgebra.Solve(Pinned(information, ridge), gradient);
            for (var i = 0; i < n; i++) strengths[i] += change[i];
            if (change.Max(Math.Abs) < 1e-13) break;
        }

        var mean = ridge > 0 ? 0 : strengths.Average();
        return [.. strengths.Select(strength => strength - mean)];
    }

    /// <summary>Standard errors of strengths with mean 0, from the pseudo-inverse of the information matrix.</summary>
    /// <param name="games">The games.</param>
    /// <param name="players">Players in order.</param>
    /// <param name="strengths">Their strengths.</param>
    /// <returns>One error a player.</returns>
    public static double[] StandardErrors(IReadOnlyList<Game> games, IReadOnlyList<string> players, double[] strengths)
    {
        var n = players.Count;
        var pinned = Pinned(Information(Wins(games, players), strengths, 0), 0);
        return [.. Enumerable.Range(0, n).Select(i =>
        {
            var unit = new double[n];
            unit[i] = 1;
            // (H + J/n)⁻¹ - J/n is the pseudo-inverse of a matrix whose null space is the constant vector.
            return Math.Sqrt(LinearAlgebra.Solve(pinned, unit)[i] - 1.0 / n);
        })];
    }

    /// <summary>Log-likelihood of the games.</summary>
    /// <param name="games">The games.</param>
    /// <param name="players">Players in order.</param>
    /// <param name="strengths">Their strengths.</param>
    /// <returns>At most 0.</returns>
    public static double LogLikelihood(IReadOnlyList<Game> games, IReadOnlyList<string> players, double[] strengths)
    {
        var (wins, sum) = (Wins(games, players), 0.0);
        for (var i = 0; i < strengths.Length; i++)
        {
            for (var j = 0; j < strengths.Length; j++)
                sum -= i == j ? 0 : wins[i, j] * Math.Log(1 + Math.Exp(strengths[j] - strengths[i]));
        }

        return sum;
    }

    private static double[,] Wins(IReadOnlyList<Game> games, IReadOnlyList<string> players)
    {
        var index = players.Select((name, i) => (name, i))
            .ToDictionary(pair => pair.name, pair => pair.i, StringComparer.Ordinal);
        var wins = new double[players.Count, players.Count];
        foreach (var game in games)
        {
            wins[index[game.First], index[game.Second]] += game.Score;
            wins[index[game.Second], index[game.First]] += 1 - game.Score;
        }

        return wins;
    }

    private static double[,] Information(double[,] wins, double[] strengths, double ridge)
    {
        var n = strengths.Length;
        var matrix = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            matrix[i, i] += ridge;
            for (var j = 0; j < n; j++)
            {
                if (i == j) continue;
                var p = 1 / (1 + Math.Exp(strengths[j] - strengths[i]));
                var weight = (wins[i, j] + wins[j, i]) * p * (1 - p);
                matrix[i, j] -= weight;
                matrix[i, i] += weight;
            }
        }

        return matrix;
    }

    private static double[,] Pinned(double[,] information, double ridge)
    {
        if (ridge > 0) return information;
        var n = information.GetLength(0);
        var pinned = (double[,])information.Clone();
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++) pinned[i, j] += 1.0 / n;
        }

        return pinned;
    }
}
