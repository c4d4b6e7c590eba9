namespace Pipeline.Llm.Preference;

/// <summary>Losses on pairs that compare the policy with a frozen reference.</summary>
/// <remarks>c and r are the policy's minus the reference's log-probability of the chosen and the rejected
/// answer.</remarks>
public enum PreferenceLossKind
{
    /// <summary>DPO: −log σ(β(c − r)), with optional label smoothing (cDPO). Source: arXiv 2305.18290.</summary>
    Sigmoid,

    /// <summary>DPO that stays unbiased under flipped labels. Source: arXiv 2403.00409.</summary>
    Robust,

    /// <summary>max(0, 1 − β(c − r)). Source: arXiv 2305.10425.</summary>
    Hinge,

    /// <summary>IPO on means per token: (c/n − r/n − 1/(2β))². Source: arXiv 2310.12036.</summary>
    Ipo,

    /// <summary>IPO on sums.</summary>
    IpoUnnormalised,

    /// <summary>DPO on means per token.</summary>
    SigmoidNorm,

    /// <summary>Raises chosen and lowers rejected probabilities. Source: arXiv 2408.06266.</summary>
    ApoZero,

    /// <summary>Noise-contrastive alignment of pairs. Source: arXiv 2402.05369.</summary>
    NcaPair,

    /// <summary>Self-play preference optimisation with hard labels. Source: arXiv 2405.00675.</summary>
    SppoHard,
}
