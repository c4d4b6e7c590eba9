namespace Pipeline.Llm.Training.Diagnostics;

/// <summary>Dynamic loss scaling for float16 gradients: doubled after many good steps, halved after an
/// overflow.</summary>
/// <remarks>Source: Mixed precision training (arXiv 1710.03740); the numbers are PyTorch's.</remarks>
public sealed record LossScale
{
    /// <summary>Good steps in a row before the scale is doubled.</summary>
    public const int GrowthInterval = 2000;

    /// <summary>First value of float16 runs.</summary>
    public const double Initial = 65536;

    /// <summary>Factor on the loss.</summary>
    /// <value>1: no scaling.</value>
    public double Value { get; init; } = 1;

    /// <summary>Steps since the last change.</summary>
    public int GoodSteps { get; init; }

    /// <summary>Overflows so far.</summary>
    public int Overflows { get; init; }

    /// <summary>The scale after a step.</summary>
    /// <param name="isFinite">Whether all gradients were finite.</param>
    /// <returns>The next state.</returns>
    public LossScale After(bool isFinite) => this switch
    {
        _ when !isFinite => new() { Value = Math.Max(1, Value / 2), Overflows = Overflows + 1 },
        { GoodSteps: GrowthInterval - 1 } => this with { Value = Value * 2, GoodSteps = 0 },
        _ => this with { GoodSteps = GoodSteps + 1 },
    };
}
