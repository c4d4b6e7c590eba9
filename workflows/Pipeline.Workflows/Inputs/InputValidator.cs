namespace Pipeline.Workflows.Inputs;

/// <summary>Lists everything that is wrong with an input, each with the allowed range.</summary>
/// <remarks>Pure: workflows call it. What needs the outside world is checked by the first activity.</remarks>
public static class InputValidator
{
    private static readonly string[] Methods = ["lora", "rslora", "dora", "qlora"];
    private static readonly string[] Schedules = ["constant", "linear", "cosine"];
    private static readonly string[] PiiModes = ["replace", "mask", "redact", "drop"];
    private static readonly string[] BiasProbes = ["bias-pairs", "bias-questions", "toxicity"];
    private static readonly string[] Uses = ["commercial", "research"];

    /// <summary>Checks an input.</summary>
    /// <param name="input">The input.</param>
    /// <returns>One sentence for each problem; empty when there is none.</returns>
    public static IReadOnlyList<string> Check(FineTuneInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var problems = new ProblemList(input.ReadProblems);
        problems.Range("version", input.Version, 1, 1);
        problems.Name("recipe", input.Recipe);
        problems.Name("owner", input.Owner);
        problems.OneOf("purpose", input.Purpose, [.. Purposes.All]);
        problems.Range("priority", input.Priority, 1, 5);
        problems.When(input.Tenant.Length > 64, "tenant: at most 64 characters");
        problems.Text("baseModel", input.BaseModel);
        Data(input.Data, problems);
        Dataset(input, problems);
        Train(input.Train, problems);
        Judge(input, problems);
        Deploy(input, problems);
        return problems.All;
    }

    private static void Data(DataOptions data, ProblemList problems)
    {
        problems.Text("data.source", data.Source);
        problems.Range("data.maxRows", data.MaxRows, 0, int.MaxValue);
        problems.Range("data.holdOut", data.HoldOut, 0.1, 0.9);
        problems.Range("data.dedupThreshold", data.DedupThreshold, 0.5, 1);
        problems.Range("data.decontaminationNGram", data.DecontaminationNGram, 5, 50);
        problems.OneOf("data.pii", data.Pii, PiiModes);
        problems.When(data.Licence.Length > 200, "data.licence: at most 200 characters");
    }

    private static void Dataset(FineTuneInput input, ProblemList problems)
    {
        problems.OneOf("dataset.task", input.Dataset.Task, ["debian-section", "auto"]);
        problems.Range("dataset.maxTrainRows", input.Dataset.MaxTrainRows, 0, int.MaxValue);
        problems.Range("dataset.rehearsalRows", input.Dataset.RehearsalRows, 0, int.MaxValue);
        problems.Range("dataset.maxTokens", input.Dataset.MaxTokens, 8, 1 << 20);
        problems.Range("dataset.testRows", input.Dataset.TestRows, 1, 1_000_000);
        problems.Range("review.rows", input.Review.Rows, 1, 1000);
        problems.Positive("review.rejectAfter", input.Review.RejectAfter);
        problems.Range("preflight.rows", input.Preflight.Rows, 0, 10_000);
        problems.Range("preflight.promptSuffices", input.Preflight.PromptSuffices, 0, 1);
        problems.Range("preflight.baseUnfit", input.Preflight.BaseUnfit, 0, 1);
    }

    private static void Train(TrainOptions train, ProblemList problems)
    {
        problems.OneOf("train.method", train.Method, Methods);
        problems.OneOf("train.schedule", train.Schedule, Schedules);
        problems.Range("train.rank", train.Rank, 1, 1024);
        problems.Above("train.alpha", train.Alpha, 0, 100_000);
        problems.Range("train.dropout", train.Dropout, 0, 0.9);
        problems.Above("train.learningRate", train.LearningRate, 0, 1);
        problems.Above("train.epochs", train.Epochs, 0, 100);
        problems.Range("train.maxSteps", train.MaxSteps, 0, 10_000_000);
        problems.Range("train.batchSize", train.BatchSize, 1, 65_536);
        problems.Range("train.microBatchSize", train.MicroBatchSize, 1, 65_536);
        problems.When(
            train.MicroBatchSize > 0 && train.BatchSize % train.MicroBatchSize != 0,
            $"train.microBatchSize: {train.MicroBatchSize} does not divide train.batchSize {train.BatchSize}");
        problems.Range("train.warmupRatio", train.WarmupRatio, 0, 0.5);
        problems.Range("train.weightDecay", train.WeightDecay, 0, 1);
        problems.Above("train.maxGradNorm", train.MaxGradNorm, 0, 1000);
        problems.Range("train.checkpointEverySteps", train.CheckpointEverySteps, 0, 10_000_000);
        problems.Range("train.maxDivergenceRetries", train.MaxDivergenceRetries, 0, 5);
        problems.When(train.Targets.Count == 0, "train.targets: name at least one layer, or \"all-linear\"");
        problems.When(
            train.RankLadder.Any(rank => rank is < 1 or > 1024), "train.rankLadder: ranks are from 1 to 1024");
        problems.When(train.Sweep.Count > 32, "train.sweep: at most 32 trials");
        problems.Range("train.sweepSteps", train.SweepSteps, 1, 1_000_000);
        problems.When(train.Sweep.Any(trial => trial.LearningRate is < 0 or > 1 || trial.Rank is < 0 or > 1024),
            "train.sweep: learning rates are up to 1, ranks up to 1024");
    }

    private static void Judge(FineTuneInput input, ProblemList problems)
    {
        problems.When(input.Evaluate.Benchmarks.Count == 0,
            "evaluate.benchmarks: name at least one; without it nothing protects what the base knows");
        problems.Range("evaluate.shots", input.Evaluate.Shots, 0, 50);
        problems.Range("evaluate.limit", input.Evaluate.Limit, 0, 1_000_000);
        input.Evaluate.Bias.ToList().ForEach(probe => problems.OneOf("evaluate.bias", probe, BiasProbes));
        problems.Range("evaluate.speedRequests", input.Evaluate.SpeedRequests, 0, 10_000);
        problems.Range("evaluate.parallel", input.Evaluate.Parallel, 1, 64);
        problems.Range("gate.maxDropPoints", input.Gate.MaxDropPoints, 0, 100);
        problems.Range("gate.failDropPoints", input.Gate.FailDropPoints, 0, 100);
        problems.When(input.Gate.FailDropPoints < input.Gate.MaxDropPoints,
            "gate.failDropPoints: may not be below gate.maxDropPoints");
        problems.Range("gate.minTaskAccuracy", input.Gate.MinTaskAccuracy, 0, 1);
        problems.Range("gate.waiversRequired", input.Gate.WaiversRequired, 2, 10);
        problems.Range("approval.required", input.Approval.Required, 1, 10);
        problems.Positive("approval.escalateAfter", input.Approval.EscalateAfter);
        problems.Positive("approval.rejectAfter", input.Approval.RejectAfter);
        problems.Positive("approval.evidenceValidFor", input.Approval.EvidenceValidFor);
    }

    private static void Deploy(FineTuneInput input, ProblemList problems)
    {
        problems.Slug("package.name", input.Package.Name);
        problems.Slug("package.alias", input.Package.Alias);
        problems.OneOf("package.use", input.Package.Use, Uses);
        problems.Range("package.parityPrompts", input.Package.ParityPrompts, 1, 10_000);
        var steps = input.Canary.Steps;
        problems.When(steps.Any(step => step is < 1 or > 99),
            "canary.steps: shares are from 1 to 99 percent; the promotion to 100 follows the last one");
        problems.When(steps.Zip(steps.Skip(1)).Any(pair => pair.Second <= pair.First),
            "canary.steps: each share is larger than the one before");
        problems.Positive("canary.stepDuration", input.Canary.StepDuration);
        problems.Range("canary.minRequests", input.Canary.MinRequests, 0, 10_000_000);
        problems.Range("canary.maxErrorRate", input.Canary.MaxErrorRate, 0, 1);
        problems.Range("canary.maxLatencyRatio", input.Canary.MaxLatencyRatio, 1, 1000);
        problems.Range("canary.maxInconclusive", input.Canary.MaxInconclusive, 0, 100);
        problems.Positive("canary.askFor", input.Canary.AskFor);
    }
}
