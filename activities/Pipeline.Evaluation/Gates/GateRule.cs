namespace Pipeline.Evaluation.Gates;

/// <summary>One rule of a gate set.</summary>
public sealed record GateRule
{
    /// <summary>Name in reports, such as <c>mmlu</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What is compared.</summary>
    public GateKind Kind { get; init; } = GateKind.Drop;

    /// <summary>Task or group whose scores are compared.</summary>
    public required string Task { get; init; }

    /// <summary>Score of a question, such as <c>acc</c>.</summary>
    public string Metric { get; init; } = "acc";

    /// <summary>Arm that the candidate is compared with.</summary>
    /// <value>The base model.</value>
    public string Against { get; init; } = "base";

    /// <summary>Factor from scores to the unit of the margins: 100 states shares in points.</summary>
    public double Scale { get; init; } = 100;

    /// <summary>Up to here the rule passes when the bound agrees.</summary>
    public double Warn { get; init; }

    /// <summary>Beyond this the rule fails whatever the statistics say.</summary>
    public double Fail { get; init; }

    /// <summary>The test.</summary>
    public PairedTest Test { get; init; } = PairedTest.McNemar;

    /// <summary>
    /// One-sided confidence of the bound; 0.5 holds the measured value itself against the fail margin.
    /// </summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Fewest questions that may decide; fewer are a fail with that reason.</summary>
    public int MinimumQuestions { get; init; } = 1;

    /// <summary>Changes to the training input that a fail recommends.</summary>
    public IReadOnlyList<RetrainChange> Recommend { get; init; } = [];

    /// <summary>What people should look at after a fail.</summary>
    public string Advice { get; init; } = "";
}
