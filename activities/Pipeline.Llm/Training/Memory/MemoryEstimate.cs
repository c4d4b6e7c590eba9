namespace Pipeline.Llm.Training.Memory;

/// <summary>Predicted peak memory, by what it is for, in bytes.</summary>
/// <param name="Weights">Base and adapter weights.</param>
/// <param name="Gradients">Gradients of what is trained.</param>
/// <param name="Optimizer">Moments, and float32 master copies of narrower weights.</param>
/// <param name="Activations">Results that the backward pass needs, and logits.</param>
/// <param name="Overhead">Libraries, workspaces and fragmentation.</param>
public sealed record MemoryEstimate(
    double Weights, double Gradients, double Optimizer, double Activations, double Overhead)
{
    /// <summary>All of it.</summary>
    public double Total => Weights + Gradients + Optimizer + Activations + Overhead;

    /// <summary>Memory that does not depend on the batch.</summary>
    public double States => Weights + Gradients + Optimizer;

    /// <summary>One line for logs and reports.</summary>
    /// <returns>Gigabytes (10⁹ bytes) by part.</returns>
    public override string ToString() =>
        $"{Total / 1e9:F2} GB = weights {Weights / 1e9:F2} + gradients {Gradients / 1e9:F2} + optimizer "
        + $"{Optimizer / 1e9:F2} "
        + $"+ activations {Activations / 1e9:F2} + overhead {Overhead / 1e9:F2}";
}
