namespace Pipeline.Llm.Training.Memory;

/// <summary>No configuration fits into the memory that there is.</summary>
/// <param name="availableBytes">What there is.</param>
/// <param name="reasons">One line for each configuration that was looked at.</param>
public sealed class DoesNotFitException(double availableBytes, IReadOnlyList<string> reasons)
    : Exception(
        $"nothing fits into {availableBytes / 1e9:F1} GB: {string.Join("; ", reasons)}; use a smaller model or a "
            + $"larger device")
{
    /// <summary>One line for each configuration that was looked at.</summary>
    public IReadOnlyList<string> Reasons { get; } = reasons;
}
