namespace Pipeline.Llm.Training;

/// <summary>Shape of the learning rate over the steps after the warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>Always the base rate; no warm-up.</summary>
    Constant,

    /// <summary>The base rate after a linear warm-up.</summary>
    ConstantWithWarmup,

    /// <summary>Straight to zero.</summary>
    Linear,

    /// <summary>Half a cosine (or the given number of cycles) to zero.</summary>
    Cosine,

    /// <summary>Cosine falling from 1 to 0 several times.</summary>
    CosineWithRestarts,

    /// <summary>Cosine to a minimum rate.</summary>
    CosineWithMinLr,

    /// <summary>A power of the remaining share, to an end rate.</summary>
    Polynomial,

    /// <summary>One over the root of the step.</summary>
    InverseSqrt,

    /// <summary>Warm-up, plateau, decay.</summary>
    WarmupStableDecay,
}
