namespace Pipeline.Evaluation.Gates;

/// <summary>A gate set as it lies in a file, before it is checked.</summary>
internal sealed class GateSetFile
{
    public string? Name { get; set; }

    public string Purpose { get; set; } = "";

    public int RankHint { get; set; } = 16;

    public bool AllowLimit { get; set; }

    public bool RequireBatchInvariance { get; set; } = true;

    public int MaxAutomaticRetrains { get; set; } = 2;

    public List<GateRuleFile> Rules { get; set; } = [];

    public GateSet ToGateSet() => new()
    {
        Name = Name ?? "",
        Purpose = Purpose,
        RankHint = RankHint,
        AllowLimit = AllowLimit,
        RequireBatchInvariance = RequireBatchInvariance,
        MaxAutomaticRetrains = MaxAutomaticRetrains,
        Rules = [.. Rules.Select(rule => rule.ToRule())],
    };
}

/// <summary>A rule as it lies in a file.</summary>
internal sealed class GateRuleFile
{
    public string? Name { get; set; }

    public GateKind Kind { get; set; } = GateKind.Drop;

    public string? Task { get; set; }

    public string Metric { get; set; } = "acc";

    public string Against { get; set; } = "base";

    public double Scale { get; set; } = 100;

    public double? Warn { get; set; }

    public double? Fail { get; set; }

    public PairedTest Test { get; set; } = PairedTest.McNemar;

    public double Confidence { get; set; } = 0.95;

    public int MinimumQuestions { get; set; } = 1;

    public List<RetrainChangeFile> Recommend { get; set; } = [];

    public string Advice { get; set; } = "";

    public GateRule ToRule() => new()
    {
        Name = Name ?? "",
        Kind = Kind,
        Task = Task ?? "",
        Metric = Metric,
        Against = Against,
        Scale = Scale,
        Warn = Warn ?? 0,
        Fail = Fail ?? 0,
        Test = Test,
        Confidence = Confidence,
        MinimumQuestions = MinimumQuestions,
        Advice = Advice,
        Recommend = [.. Recommend.Select(change => new RetrainChange
        {
            Path = change.Path ?? "", Multiply = change.Multiply, Add = change.Add, AtLeast = change.AtLeast,
            AtMost = change.AtMost,
        })],
    };
}

/// <summary>A recommended change as it lies in a file.</summary>
internal sealed class RetrainChangeFile
{
    public string? Path { get; set; }

    public double Multiply { get; set; } = 1;

    public double Add { get; set; }

    public double? AtLeast { get; set; }

    public double? AtMost { get; set; }
}
