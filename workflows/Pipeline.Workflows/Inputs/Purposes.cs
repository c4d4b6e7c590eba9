namespace Pipeline.Workflows.Inputs;

/// <summary>What a fine-tune may be for, and the defaults that suit each purpose.</summary>
/// <remarks>
/// A style needs little rank and may cost hardly any knowledge; facts need much rank and cannot be measured by exact
/// answers; a task lies between. What an input states itself always wins over these defaults.
/// </remarks>
public static class Purposes
{
    /// <summary>Learn one task, such as a classification.</summary>
    public const string Task = "task";

    /// <summary>Learn the knowledge of a field.</summary>
    public const string Domain = "domain";

    /// <summary>Learn a style or an output format.</summary>
    public const string Style = "style";

    /// <summary>Every purpose.</summary>
    public static IReadOnlyList<string> All { get; } = [Style, Domain, Task];

    /// <summary>The input whose fields are taken where a written input says nothing.</summary>
    /// <param name="purpose">One of the purposes; anything else gets the defaults of a task and is reported by the
    /// validator.</param>
    /// <returns>A new input.</returns>
    public static FineTuneInput Defaults(string purpose) => purpose switch
    {
        Style => Of(purpose, rank: 8, maxDrop: 1, failDrop: 2, accuracy: 0),
        Domain => Of(purpose, rank: 64, maxDrop: 2, failDrop: 3, accuracy: 0),
        _ => new FineTuneInput { Purpose = purpose },
    };

    private static FineTuneInput Of(string purpose, int rank, double maxDrop, double failDrop, double accuracy) => new()
    {
        Purpose = purpose,
        Train = new TrainOptions { Rank = rank, Alpha = 2 * rank },
        Gate = new GateOptions { MaxDropPoints = maxDrop, FailDropPoints = failDrop, MinTaskAccuracy = accuracy },
    };
}
