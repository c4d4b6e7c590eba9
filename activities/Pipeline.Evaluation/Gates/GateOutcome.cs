using Pipeline.Statistics;

namespace Pipeline.Evaluation.Gates;

/// <summary>Decision of one rule with the numbers behind it; margins and values are in the rule's unit.</summary>
public sealed record GateOutcome
{
    /// <summary>The rule.</summary>
    public required GateRule Rule { get; init; }

    /// <summary>The decision.</summary>
    public required GateVerdict Verdict { get; init; }

    /// <summary>The decision in a sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>Value of the reference arm.</summary>
    public double? Baseline { get; init; }

    /// <summary>Value of the candidate.</summary>
    public double? Candidate { get; init; }

    /// <summary>What is held against the margins: the drop, the missing gain, the change or the value.</summary>
    public double? Harm { get; init; }

    /// <summary>One-sided upper confidence bound of <see cref="Harm"/>.</summary>
    public double? Bound { get; init; }

    /// <summary>Two-sided 95 % interval of candidate minus baseline.</summary>
    public Interval? Difference { get; init; }

    /// <summary>p value of the test against no difference.</summary>
    public double? P { get; init; }

    /// <summary>Questions compared.</summary>
    public int Questions { get; init; }

    /// <summary>Questions that only the reference arm got right.</summary>
    public int Lost { get; init; }

    /// <summary>Questions that only the candidate got right.</summary>
    public int Gained { get; init; }

    /// <summary>How many questions of this kind would decide at the observed rates; null when none would.</summary>
    public int? QuestionsToDecide { get; init; }
}
