using Pipeline.Workflows.Inputs;
using Temporalio.Activities;

namespace Pipeline.Workflows.Contracts;

/// <summary>Measures a model and decides by numbers.</summary>
public interface IEvaluationActivities
{
    /// <summary>Tries prompts without any training.</summary>
    /// <param name="input">Model and rows.</param>
    /// <returns>What the best prompt reaches.</returns>
    [Activity]
    Task<PreflightResult> TryPromptsAsync(PreflightInput input);

    /// <summary>Divides an evaluation into shards by task and subject.</summary>
    /// <remarks>Fails with <see cref="ErrorTypes.NotFound"/> (not retried) when a benchmark does not exist.</remarks>
    /// <param name="input">What to evaluate.</param>
    /// <returns>The shards.</returns>
    [Activity]
    Task<EvaluationPlan> PlanEvaluationAsync(EvaluateInput input);

    /// <summary>Evaluates one shard; the same model, task and prompt are never asked twice.</summary>
    /// <param name="input">The shard.</param>
    /// <returns>The shard's answers.</returns>
    [Activity]
    Task<ShardResult> EvaluateShardAsync(EvaluateShardInput input);

    /// <summary>Joins shards to one evaluation.</summary>
    /// <param name="input">All shards.</param>
    /// <returns>The evaluation.</returns>
    [Activity]
    Task<EvaluationResult> CombineEvaluationAsync(CombineEvaluationInput input);

    /// <summary>
    /// Answers the held-out rows with what needs no language model: the most frequent answer, and character n-grams.
    /// </summary>
    /// <param name="input">The data set.</param>
    /// <returns>Accuracies; empty when the rows are no classification.</returns>
    [Activity]
    Task<BaselineResult> CompareBaselinesAsync(BaselineInput input);

    /// <summary>Measures how fast a model answers.</summary>
    /// <param name="input">Model and requests.</param>
    /// <returns>Latencies and throughput on the machine that measured.</returns>
    [Activity]
    Task<SpeedResult> MeasureSpeedAsync(SpeedInput input);

    /// <summary>Compares base and candidate with paired statistics.</summary>
    /// <param name="input">Both evaluations and thresholds.</param>
    /// <returns>The decision; a blocked candidate is a result, not a failure.</returns>
    [Activity]
    Task<GateDecision> DecideGateAsync(GateInput input);

    /// <summary>Merges the adapter, reads the files back and compares answers.</summary>
    /// <remarks>Fails with <see cref="ErrorTypes.ParityFailed"/> (not retried) when they differ.</remarks>
    /// <param name="input">Model, adapter and prompts.</param>
    /// <returns>The measured differences.</returns>
    [Activity]
    Task<ParityResult> CheckMergeParityAsync(ParityInput input);
}

/// <summary>Input of the prompt diagnostic.</summary>
/// <param name="BaseModel">The base model.</param>
/// <param name="Dataset">The data set with its test rows.</param>
/// <param name="Preflight">Rows and thresholds.</param>
public sealed record PreflightInput(ArtifactRef BaseModel, ArtifactRef Dataset, PreflightOptions Preflight);

/// <summary>What prompts alone reach.</summary>
/// <param name="Accuracy">Share of right answers of the best prompt, 0 to 1.</param>
/// <param name="Rows">Rows that were tried.</param>
/// <param name="Summary">What the stage did.</param>
/// <param name="Shots">Worked examples of the best prompt.</param>
public sealed record PreflightResult(double Accuracy, int Rows, StageSummary Summary, int Shots = 0);

/// <summary>Rows for the simple arms.</summary>
/// <param name="Dataset">The data set with training texts and test rows.</param>
public sealed record BaselineInput(ArtifactRef Dataset);

/// <summary>What simple arms reach on the held-out rows.</summary>
/// <param name="Arms">Accuracy by arm.</param>
/// <param name="Summary">What the activity did.</param>
public sealed record BaselineResult(IReadOnlyList<Metric> Arms, StageSummary Summary);

/// <summary>What is measured for speed.</summary>
/// <param name="BaseModel">The base model.</param>
/// <param name="Adapter">The adapter; null measures the base.</param>
/// <param name="Dataset">The data set with prompts.</param>
/// <param name="Requests">Number of requests.</param>
public sealed record SpeedInput(ArtifactRef BaseModel, ArtifactRef? Adapter, ArtifactRef Dataset, int Requests);

/// <summary>How fast a model answers, four requests at a time.</summary>
public sealed record SpeedResult
{
    /// <summary>Finished requests.</summary>
    public int Requests { get; init; }

    /// <summary>Median time to the first token, milliseconds.</summary>
    public double FirstTokenMilliseconds { get; init; }

    /// <summary>Median time of a whole answer, milliseconds.</summary>
    public double AnswerMilliseconds { get; init; }

    /// <summary>95th percentile of the time of a whole answer, milliseconds.</summary>
    public double SlowAnswerMilliseconds { get; init; }

    /// <summary>Generated tokens a second over all requests.</summary>
    public double TokensPerSecond { get; init; }

    /// <summary>Device that answered.</summary>
    public string Device { get; init; } = "";
}

/// <summary>What to evaluate.</summary>
public sealed record EvaluateInput
{
    /// <summary>The base model.</summary>
    public required ArtifactRef BaseModel { get; init; }

    /// <summary>The adapter; null evaluates the base.</summary>
    public ArtifactRef? Adapter { get; init; }

    /// <summary>The data set with the task's test rows.</summary>
    public required ArtifactRef Dataset { get; init; }

    /// <summary>Benchmarks and shots.</summary>
    public required EvaluateOptions Evaluate { get; init; }

    /// <summary>Word for people: <c>base</c> or <c>candidate</c>.</summary>
    public string Arm { get; init; } = "base";

    /// <summary>Share of the GPU pool that the work counts towards.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>Whether only the task's own rows are asked.</summary>
    public bool OwnOnly { get; init; }

    /// <summary>Set where no earlier answer may be used; results are kept under it.</summary>
    public string Fresh { get; init; } = "";

    /// <summary>Worked examples in front of each of the task's own rows.</summary>
    public int OwnShots { get; init; }

    /// <summary>Order on a busy GPU pool: 1 is served first, 5 last.</summary>
    public int Priority { get; init; } = 3;
}

/// <summary>Shards of an evaluation.</summary>
/// <param name="Shards">The shards in a fixed order.</param>
public sealed record EvaluationPlan(IReadOnlyList<EvaluationShard> Shards);

/// <summary>One shard.</summary>
/// <param name="Task">Benchmark, or <c>task</c> for the held-out rows.</param>
/// <param name="Subjects">Subjects of the benchmark; empty for the held-out rows.</param>
/// <param name="Items">Questions or rows.</param>
public sealed record EvaluationShard(string Task, IReadOnlyList<string> Subjects, int Items);

/// <summary>A shard to evaluate.</summary>
/// <param name="Evaluation">The evaluation that it belongs to.</param>
/// <param name="Shard">The shard.</param>
public sealed record EvaluateShardInput(EvaluateInput Evaluation, EvaluationShard Shard);

/// <summary>Answers of a shard.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Items">Answers by item.</param>
/// <param name="Correct">Right answers.</param>
/// <param name="Summary">What the activity did.</param>
public sealed record ShardResult(EvaluationShard Shard, ArtifactRef Items, int Correct, StageSummary Summary);

/// <summary>Shards to join.</summary>
/// <param name="Evaluation">The evaluation.</param>
/// <param name="Shards">All shards.</param>
public sealed record CombineEvaluationInput(EvaluateInput Evaluation, IReadOnlyList<ShardResult> Shards);

/// <summary>An evaluation.</summary>
public sealed record EvaluationResult
{
    /// <summary>Answers of every item, with metrics.</summary>
    public required ArtifactRef Report { get; init; }

    /// <summary>Metrics by name, such as <c>debian-mmlu</c> or <c>task</c>.</summary>
    public IReadOnlyList<Metric> Metrics { get; init; } = [];

    /// <summary>Shards that were answered from the cache.</summary>
    public int CachedShards { get; init; }

    /// <summary>How fast the model answers; null when it was not measured.</summary>
    public SpeedResult? Speed { get; init; }

    /// <summary>What the evaluation did.</summary>
    public required StageSummary Summary { get; init; }
}

/// <summary>One metric.</summary>
/// <param name="Name">Name.</param>
/// <param name="Value">Value; accuracies are from 0 to 1.</param>
/// <param name="Items">Items that it is the mean of.</param>
/// <param name="StandardError">Standard error of the mean.</param>
public sealed record Metric(string Name, double Value, int Items, double StandardError);

/// <summary>What a gate compares.</summary>
/// <param name="Baseline">Evaluation of the base.</param>
/// <param name="Candidate">Evaluation of the candidate.</param>
/// <param name="Gate">Thresholds.</param>
/// <param name="Prompted">Evaluation of the base with its best prompt; null when the diagnostic was left out.</param>
/// <param name="Adapter">Digest of the adapter that is to be promoted; an evaluation of another one is refused.</param>
public sealed record GateInput(
    ArtifactRef Baseline, ArtifactRef Candidate, GateOptions Gate, ArtifactRef? Prompted = null, string Adapter = "");

/// <summary>Answer of a gate.</summary>
public enum GateVerdict
{
    /// <summary>A threshold is missed beyond doubt, or a number is missing.</summary>
    Fail,

    /// <summary>The numbers do not decide; people do.</summary>
    Inconclusive,

    /// <summary>Every threshold is met.</summary>
    Pass,
}

/// <summary>Decision of a gate.</summary>
public sealed record GateDecision
{
    /// <summary>The worst verdict of the checks.</summary>
    public required GateVerdict Verdict { get; init; }

    /// <summary>The checks.</summary>
    public IReadOnlyList<GateCheck> Checks { get; init; } = [];

    /// <summary>Digests of both evaluations, thresholds and statistics.</summary>
    public required ArtifactRef Evidence { get; init; }
}

/// <summary>One check of a gate.</summary>
/// <param name="Name">What is checked.</param>
/// <param name="Verdict">Its verdict.</param>
/// <param name="Baseline">Value of the base.</param>
/// <param name="Candidate">Value of the candidate.</param>
/// <param name="Threshold">The threshold in words.</param>
/// <param name="Detail">Interval, counts, p value.</param>
public sealed record GateCheck(
    string Name, GateVerdict Verdict, double Baseline, double Candidate, string Threshold, string Detail);

/// <summary>What merge parity compares.</summary>
/// <param name="BaseModel">The base model.</param>
/// <param name="Adapter">The adapter.</param>
/// <param name="Dataset">The data set with prompts.</param>
/// <param name="Prompts">Number of prompts.</param>
public sealed record ParityInput(ArtifactRef BaseModel, ArtifactRef Adapter, ArtifactRef Dataset, int Prompts);

/// <summary>Differences between base plus adapter and merged weights.</summary>
/// <param name="Merged">The merged model.</param>
/// <param name="LargestDifference">Largest difference of a logit, relative to the largest logit of its prompt.</param>
/// <param name="GreedyAgreement">Share of prompts with the same greedy answer.</param>
/// <param name="Summary">What the stage did.</param>
public sealed record ParityResult(
    ArtifactRef Merged, double LargestDifference, double GreedyAgreement, StageSummary Summary);
