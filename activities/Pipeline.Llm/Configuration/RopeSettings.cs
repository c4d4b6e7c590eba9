namespace Pipeline.Llm.Configuration;

/// <summary>Rotary position embedding of one kind of layer, in the spelling of <c>rope_parameters</c>.</summary>
public sealed record RopeSettings
{
    /// <summary>Scaling rule: <c>default</c>, <c>linear</c>, <c>llama3</c> or <c>yarn</c>.</summary>
    public string Type { get; init; } = "default";

    /// <summary>Base of the frequencies.</summary>
    /// <value>10000.</value>
    public double Theta { get; init; } = 10000;

    /// <summary>Stretch of the context; 1 for the default type.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>llama3: wavelengths above original/low are stretched fully.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>llama3: wavelengths below original/high are kept.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>llama3, yarn: context length before the stretch.</summary>
    public int OriginalMaxPositions { get; init; }

    /// <summary>yarn: multiplies cos and sin; null for 0.1·ln(factor) + 1.</summary>
    public double? AttentionFactor { get; init; }

    /// <summary>yarn: rotations above which a frequency is kept.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>yarn: rotations below which a frequency is stretched fully.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>Share of the head dimension that is rotated.</summary>
    public double PartialRotaryFactor { get; init; } = 1;
}
