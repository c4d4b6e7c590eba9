namespace Pipeline.Evaluation.Gates;

/// <summary>Decision of a gate set about one candidate.</summary>
public sealed record GateReport
{
    /// <summary>The worst verdict of the rules; fail when anything is wrong with the evidence.</summary>
    public required GateVerdict Verdict { get; init; }

    /// <summary>Name of the gate set.</summary>
    public required string GateSet { get; init; }

    /// <summary>What is wrong with the evaluations themselves; each makes the verdict a fail.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Decision of each rule, in the order of the set.</summary>
    public IReadOnlyList<GateOutcome> Outcomes { get; init; } = [];

    /// <summary>Digests of everything that the decision rests on.</summary>
    public required GateEvidence Evidence { get; init; }
}

/// <summary>Digests that a decision rests on.</summary>
public sealed record GateEvidence
{
    /// <summary>SHA-256 of the base model.</summary>
    public required string BaseModel { get; init; }

    /// <summary>SHA-256 of the adapter.</summary>
    public string? Adapter { get; init; }

    /// <summary>SHA-256 of the evaluation of each arm, by arm.</summary>
    public required IReadOnlyDictionary<string, string> Evaluations { get; init; }

    /// <summary>SHA-256 of definition and data of each task.</summary>
    public required IReadOnlyDictionary<string, string> Tasks { get; init; }

    /// <summary>SHA-256 of the prompts of each task.</summary>
    public required IReadOnlyDictionary<string, string> Prompts { get; init; }

    /// <summary>SHA-256 of the gate set.</summary>
    public required string Gates { get; init; }

    /// <summary>Version of the evaluating code.</summary>
    public required string Harness { get; init; }

    /// <summary>SHA-256 over all of the above: what an approval is bound to.</summary>
    public string Digest { get; init; } = "";
}
