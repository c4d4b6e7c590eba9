namespace Pipeline.Llm.Preference;

/// <summary>Numbers of preference training.</summary>
public sealed record PreferenceSettings
{
    /// <summary>Family.</summary>
    public PreferenceMethod Method { get; init; }

    /// <summary>Formula for pairs against a reference.</summary>
    /// <value>Default DPO's sigmoid.</value>
    public PreferenceLossKind Loss { get; init; }

    /// <summary>Strength of the pull towards the reference; SimPO's scale.</summary>
    /// <value>Default 0.1; 2 is usual for SimPO.</value>
    public double Beta { get; init; } = 0.1;

    /// <summary>SimPO's target margin.</summary>
    /// <value>Default 0.5.</value>
    public double Margin { get; init; } = 0.5;

    /// <summary>Weight of ORPO's odds ratio.</summary>
    /// <value>Default 0.1.</value>
    public double OddsWeight { get; init; } = 0.1;

    /// <summary>Share of labels taken to be flipped.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Weight of good answers (KTO).</summary>
    /// <value>Default 1.</value>
    public double DesirableWeight { get; init; } = 1;

    /// <summary>Weight of bad answers (KTO).</summary>
    /// <value>Default 1.</value>
    public double UndesirableWeight { get; init; } = 1;
}
