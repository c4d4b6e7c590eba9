namespace Pipeline.Evaluation.Gates;

/// <summary>What a rule compares.</summary>
public enum GateKind
{
    /// <summary>The candidate may lose at most so much against the reference arm, question by question.</summary>
    Drop,

    /// <summary>The candidate must gain more than so much over the reference arm, question by question.</summary>
    Gain,

    /// <summary>The candidate may differ from the reference arm by at most so much, in either direction.</summary>
    Change,

    /// <summary>The candidate's value may be at most so much.</summary>
    Maximum,

    /// <summary>The candidate's value must be at least so much.</summary>
    Minimum,
}
