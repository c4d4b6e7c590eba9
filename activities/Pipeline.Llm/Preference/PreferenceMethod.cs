namespace Pipeline.Llm.Preference;

/// <summary>Family of preference training.</summary>
public enum PreferenceMethod
{
    /// <summary>Pairs against the untrained model: DPO, IPO and their relatives.</summary>
    Pairs,

    /// <summary>Single answers, good or bad, against the untrained model.</summary>
    Kto,

    /// <summary>Pairs without a reference: likelihood of the chosen answer and an odds ratio.</summary>
    Orpo,

    /// <summary>Pairs without a reference: a margin between mean log-probabilities.</summary>
    SimPo,
}
