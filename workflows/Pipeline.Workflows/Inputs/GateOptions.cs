namespace Pipeline.Workflows.Inputs;

/// <summary>Thresholds that block.</summary>
public sealed record GateOptions
{
    /// <summary>Drop of a benchmark up to which the gate passes, in points.</summary>
    /// <value>The default is 2.</value>
    public double MaxDropPoints { get; init; } = 2;

    /// <summary>Drop beyond which the gate fails whatever the statistics say, in points.</summary>
    /// <value>The default is 3.</value>
    public double FailDropPoints { get; init; } = 3;

    /// <summary>Accuracy on held-out rows that the task needs.</summary>
    /// <value>The default is 0.7.</value>
    public double MinTaskAccuracy { get; init; } = 0.7;

    /// <summary>
    /// Whether the task must be answered better than by the base, and better than by the base with its best prompt.
    /// </summary>
    /// <value>The default is true.</value>
    public bool MustBeatBase { get; init; } = true;

    /// <summary>Whether an evaluation under a question limit may decide.</summary>
    /// <value>The default is false.</value>
    public bool AllowLimit { get; init; }

    /// <summary>Whether a failed gate asks for a waiver instead of rejecting at once.</summary>
    /// <value>The default is false.</value>
    public bool AskWaiver { get; init; }

    /// <summary>People who must waive a failed gate.</summary>
    /// <value>The default is 2.</value>
    public int WaiversRequired { get; init; } = 2;
}
