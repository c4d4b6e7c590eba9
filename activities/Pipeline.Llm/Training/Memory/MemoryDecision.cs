namespace Pipeline.Llm.Training.Memory;

/// <summary>A configuration that fits, and how it was found.</summary>
/// <param name="Request">What to run.</param>
/// <param name="Accumulation">Factor by which the accumulation grows, so that the effective batch stays the
/// same.</param>
/// <param name="Estimate">Its memory.</param>
/// <param name="Reasons">One line for each configuration that was looked at.</param>
public sealed record MemoryDecision(
    MemoryRequest Request, int Accumulation, MemoryEstimate Estimate, IReadOnlyList<string> Reasons);
