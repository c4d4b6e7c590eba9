using Pipeline.Statistics;

namespace Pipeline.Evaluation.Reports;

/// <summary>The table that compares methods from recorded runs.</summary>
public static class MethodComparison
{
    /// <summary>What a cell says when nothing was recorded.</summary>
    public const string NotMeasured = "not measured";

    private const string Full = "full";

    /// <summary>Column names.</summary>
    public static IReadOnlyList<string> Columns { get; } =
        ["method", "run", "trainable", "training time", "storage", "peak memory", "tokens/s", "task accuracy",
            "kept of full fine-tune", "knowledge"];

    /// <summary>Cells of each run.</summary>
    /// <param name="runs">Recorded runs; the one of method <c>full</c> is the measure of retention.</param>
    /// <returns>Rows in the order of the runs.</returns>
    public static IReadOnlyList<IReadOnlyList<string>> Rows(IReadOnlyList<MethodRun> runs)
    {
        var full = runs.FirstOrDefault(run => run.Method == Full)?.Task;
        return [.. runs.Select(run => (IReadOnlyList<string>)
        [
            run.Method, run.RunId, Say(run.TrainableParameters, n => $"{n:N0}"),
            Say(run.TrainingTime, time => $"{time.TotalSeconds:N0} s"),
            Say(run.StoredBytes, bytes => $"{bytes / 1048576.0:0.0} MiB"),
            Say(run.PeakMemoryBytes, bytes => $"{bytes / 1048576.0:N0} MiB"),
            Say(run.TokensPerSecond, speed => $"{speed:N1}"), Say(run.Task, Share),
            Say(run.Task, own => Kept(own, full)),
            Say(run.KnowledgeChange, change => $"{change:+0.0;-0.0;0.0} points"),
        ])];
    }

    /// <summary>Share of the full fine-tune's accuracy that a method keeps.</summary>
    /// <param name="method">Right answers and questions of the method.</param>
    /// <param name="full">Right answers and questions of the full fine-tune, at least one of them right.</param>
    /// <returns>The ratio with its 95 % interval, by the logarithm's normal approximation (Katz et al. 1978).</returns>
    public static (double Ratio, Interval Range) Retention(
        (int Right, int Questions) method, (int Right, int Questions) full)
    {
        double p = (double)method.Right / method.Questions, q = (double)full.Right / full.Questions;
        if (method.Right == 0) return (0, new Interval(0, 0));
        var error = Math.Sqrt((1 - p) / method.Right + (1 - q) / full.Right);
        var factor = Math.Exp(SpecialFunctions.NormalQuantile(0.975) * error);
        return (p / q, new Interval(p / q / factor, p / q * factor));
    }

    /// <summary>Cost of 1,000 requests from measured speed.</summary>
    /// <param name="tokensPerSecond">Measured tokens a second of the machine.</param>
    /// <param name="tokensPerRequest">Mean tokens of a request.</param>
    /// <param name="pricePerHour">Price of the machine.</param>
    /// <returns>In the currency of the price.</returns>
    public static double CostPerThousandRequests(
        double tokensPerSecond, double tokensPerRequest, double pricePerHour) =>
        1000 * tokensPerRequest / tokensPerSecond / 3600 * pricePerHour;

    private static string Share((int Right, int Questions) task)
    {
        var range = ProportionIntervals.Wilson(task.Right, task.Questions);
        return $"{100.0 * task.Right / task.Questions:0.0} % ({100 * range.Lower:0.0}–{100 * range.Upper:0.0})";
    }

    private static string Kept((int Right, int Questions) own, (int Right, int Questions)? full)
    {
        if (full is not { Right: > 0 } measure) return NotMeasured;
        var (ratio, range) = Retention(own, measure);
        return $"{100 * ratio:0.0} % ({100 * range.Lower:0.0}–{100 * range.Upper:0.0})";
    }

    private static string Say<T>(T? value, Func<T, string> text)
        where T : struct => value is { } known ? text(known) : NotMeasured;
}
