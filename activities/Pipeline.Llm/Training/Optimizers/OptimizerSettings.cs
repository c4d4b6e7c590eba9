namespace Pipeline.Llm.Training.Optimizers;

/// <summary>Numbers of an update rule; a rule reads the ones that it has.</summary>
public sealed record OptimizerSettings
{
    /// <summary>The rule.</summary>
    /// <value>Default AdamW.</value>
    public OptimizerKind Kind { get; init; } = OptimizerKind.AdamW;

    /// <summary>Decay of the first moment (AdamW).</summary>
    /// <value>Default 0.9.</value>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment (AdamW).</summary>
    /// <value>Default 0.999.</value>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the second moment (AdamW).</summary>
    /// <value>Default 1e-8.</value>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Weight decay; decoupled except for SGD.</summary>
    /// <value>Default 0.</value>
    public double WeightDecay { get; init; }

    /// <summary>Momentum of SGD, or the first-moment decay of Adafactor; 0 for none.</summary>
    /// <value>Default 0.</value>
    public double Momentum { get; init; }

    /// <summary>Whether SGD looks ahead (Nesterov).</summary>
    public bool Nesterov { get; init; }

    /// <summary>Whether Adafactor multiplies the rate by the parameter's root mean square.</summary>
    public bool ScaleParameter { get; init; }

    /// <summary>Whether Adafactor takes its own rate, min(1e-2, 1/√step), instead of the schedule's.</summary>
    public bool RelativeStep { get; init; }

    /// <summary>Whether Adafactor's own rate starts at 1e-6 · step.</summary>
    public bool WarmupInit { get; init; }
}
