namespace Pipeline.Llm.Training;

/// <summary>The loss exploded in the first steps; a smaller learning rate usually helps.</summary>
/// <param name="step">Step at which it was seen.</param>
/// <param name="rowIds">Rows of that step.</param>
/// <param name="reason">What was measured.</param>
public sealed class LossDivergedException(int step, IReadOnlyList<string> rowIds, string reason)
    : Exception(
        $"the loss diverged at step {step}: {reason}; try a learning rate ten times smaller (rows of the step: "
            + $"{RowList.Of(rowIds)})")
{
    /// <summary>Step at which it was seen.</summary>
    public int Step { get; } = step;

    /// <summary>Rows of that step.</summary>
    public IReadOnlyList<string> RowIds { get; } = rowIds;
}
