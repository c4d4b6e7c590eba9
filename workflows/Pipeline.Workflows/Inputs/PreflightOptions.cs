namespace Pipeline.Workflows.Inputs;

/// <summary>
/// Whether a prompt alone would do: fine-tuning pays where the best prompt reaches 70 to 80 % but not the goal.
/// </summary>
public sealed record PreflightOptions
{
    /// <summary>Held-out rows that the prompt is tried on; 0 leaves the diagnostic out.</summary>
    /// <value>The default is 50.</value>
    public int Rows { get; init; } = 50;

    /// <summary>Accuracy from which a prompt suffices.</summary>
    /// <value>The default is 0.8.</value>
    public double PromptSuffices { get; init; } = 0.8;

    /// <summary>Accuracy below which the base is thought unfit.</summary>
    /// <value>The default is 0.7.</value>
    public double BaseUnfit { get; init; } = 0.7;

    /// <summary>
    /// Reason for going on although the diagnostic advises against it; it is recorded. Empty obeys the diagnostic.
    /// </summary>
    /// <value>The default speaks of the shipped base model.</value>
    public string OverrideBecause { get; init; } =
        "the shipped base has 6 M parameters and follows no instructions; the fine-tune teaches the task";
}
