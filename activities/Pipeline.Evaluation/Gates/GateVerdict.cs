namespace Pipeline.Evaluation.Gates;

/// <summary>What a gate decides; the smaller value is the worse.</summary>
public enum GateVerdict
{
    /// <summary>The measured harm is beyond the fail margin, or a number cannot be trusted.</summary>
    Fail,

    /// <summary>The numbers do not decide; people do.</summary>
    Inconclusive,

    /// <summary>Within the warn margin, and with confidence within the fail margin.</summary>
    Pass,
}
