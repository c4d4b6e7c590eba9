using Pipeline.Llm.Training;
using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Memory;
using Pipeline.Llm.Training.Optimizers;

namespace Pipeline.Tools.Train;

/// <summary>A training recipe file; every field has a default.</summary>
internal sealed record TrainRecipe
{
    /// <summary>
    /// <c>lora</c>, <c>qlora</c>, <c>lora8_bit</c>, <c>full</c>, or <c>auto</c>: what fits <see cref="MemoryGb"/>.
    /// </summary>
    public string Method { get; init; } = "lora";

    public AdapterRecipe Adapter { get; init; } = new();

    /// <summary>Learns from preferences instead of examples; null for examples.</summary>
    public PreferenceRecipe? Preference { get; init; }

    public double LearningRate { get; init; } = 2e-4;

    public ScheduleKind Schedule { get; init; } = ScheduleKind.Cosine;

    public double? WarmupRatio { get; init; }

    public int WarmupSteps { get; init; }

    public double Epochs { get; init; } = 1;

    public int? MaxSteps { get; init; }

    public int MicroBatch { get; init; } = 4;

    public int Accumulation { get; init; } = 1;

    public int? PackTokens { get; init; }

    public BatchLayoutKind Layout { get; init; }

    public bool GroupByLength { get; init; }

    public OptimizerKind Optimizer { get; init; }

    public double WeightDecay { get; init; }

    public double? LoraPlusRatio { get; init; }

    public double MaxGradNorm { get; init; } = 1;

    public Precision Precision { get; init; }

    public double LabelSmoothing { get; init; }

    public double NeftuneAlpha { get; init; }

    public bool GradientCheckpointing { get; init; }

    public double? EmaDecay { get; init; }

    public long Seed { get; init; } = 1;

    public int LogEvery { get; init; } = 10;

    public int? EvalEvery { get; init; }

    public int? SaveEvery { get; init; }

    public int KeepCheckpoints { get; init; } = 2;

    public int? Patience { get; init; }

    /// <summary>Memory that the run may use, in gigabytes of 10⁹ bytes; null for what the machine has.</summary>
    public double? MemoryGb { get; init; }

    /// <summary>Whether somebody has accepted the cost of a full fine-tune of a large model.</summary>
    public bool FullWaiver { get; init; }

    /// <summary>Threads of one operator; null for one a processor. Runs with the same number give the same
    /// bits.</summary>
    public int? Threads { get; init; }

    public TrainingOptions ToOptions() => new()
    {
        Seed = Seed,
        Batch = new()
        {
            MicroBatch = MicroBatch,
            Accumulation = Accumulation,
            PackTokens = PackTokens,
            Layout = Layout,
            GroupByLength = GroupByLength,
            Epochs = Epochs,
            MaxSteps = MaxSteps,
        },
        LearningRate = LearningRate,
        Schedule = new() { Kind = Schedule, TotalSteps = 1, WarmupSteps = WarmupSteps },
        WarmupRatio = WarmupRatio,
        Optimizer = new() { Kind = Optimizer, WeightDecay = WeightDecay },
        LoraPlusRatio = LoraPlusRatio,
        MaxGradientNorm = MaxGradNorm,
        Precision = Precision,
        LabelSmoothing = LabelSmoothing,
        NoiseAlpha = NeftuneAlpha,
        RecomputesActivations = GradientCheckpointing,
        AverageDecay = EmaDecay,
        LogEvery = LogEvery,
        EvaluateEvery = EvalEvery,
        SaveEvery = SaveEvery,
        KeepCheckpoints = KeepCheckpoints,
        Patience = Patience,
    };

    /// <summary>The method, or null for <c>auto</c>.</summary>
    public TuningMethod? ToMethod() => Method switch
    {
        "auto" => null,
        _ when Enum.TryParse<TuningMethod>(
            Method.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var method) => method,
        _ =>
            throw new RecipeException(
                $"method '{Method}' is not known; there are auto, lora, qlora, lora8_bit and full"),
    };
}
