namespace Pipeline.Llm.Training;

/// <summary>Losses or gradients were not finite in several steps in a row.</summary>
/// <param name="step">Last such step.</param>
/// <param name="rowIds">Rows of that step.</param>
/// <param name="count">Steps in a row.</param>
public sealed class NonFiniteLossException(int step, IReadOnlyList<string> rowIds, int count)
    : Exception(
        $"the loss or a gradient was not finite in {count} steps in a row, the last one is step {step}; look at rows "
            + $"{RowList.Of(rowIds)}")
{
    /// <summary>Last such step.</summary>
    public int Step { get; } = step;

    /// <summary>Rows of that step.</summary>
    public IReadOnlyList<string> RowIds { get; } = rowIds;
}
