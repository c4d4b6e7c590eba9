using System.Collections.Concurrent;
using Pipeline.Workflows.Contracts;
using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Pipeline.Workflows.Tests;

/// <summary>Every activity of a run, in memory; a test replaces what it is about and reads what was called.</summary>
public sealed class FakeActivities
    : IRunActivities, IDataActivities, IDatasetActivities, ITrainingActivities, IEvaluationActivities,
        IRegistryActivities, IDeploymentActivities, ITriggerActivities, IMonitoringActivities
{
    private readonly Lock _lock = new();

    public ConcurrentQueue<(string Activity, string Queue)> Calls { get; } = new();

    /// <summary>Called at the start of each activity; throws, waits or does nothing.</summary>
    public Func<string, int, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    public RunContext Context { get; set; } = new()
    {
        BaseModel = Ref("base-model"),
        BaseLicence = "MIT",
        CodeVersion = "code",
    };

    public Func<TrainAdapterInput, TrainAdapterResult> Train { get; set; } = input => Trained(input, 0.5);

    public Func<GateInput, GateDecision> Gate { get; set; } = _ => Decision(GateVerdict.Pass);

    public Func<WatchTrafficInput, CanaryMeasurement> Watch { get; set; } = _ =>
        new(new(50, 0, 10, 20), new(50, 0, 10, 20));

    public Func<MeasurePrefixInput, PrefixChange> Measure { get; set; } = _ => new(1, 100, "marker");

    public Func<DriftInput, DriftResult> Drift { get; set; } = _ => new(false, "the same", "serving/drift.json");

    public Func<JudgeAnswersInput, JudgeResult> Judge { get; set; } = input =>
        new("judge", 8, input.Answers, 0, 0.9, "serving/judge.json");

    public ConcurrentQueue<TrainAdapterInput> Trainings { get; } = new();

    public ConcurrentQueue<MoveAliasInput> AliasMoves { get; } = new();

    public HashSet<string> Registered { get; } = [];

    public HashSet<string> Retired { get; } = [];

    public HashSet<string> Loaded { get; } = [];

    public int Alias { get; private set; }

    public TrafficState Traffic { get; private set; } = new() { Route = "debian-sections" };

    public IReadOnlyList<string> Activities => [.. Calls.Select(call => call.Activity)];

    public static ArtifactRef Ref(string kind) =>
        ArtifactRef.Of(
            kind, Convert.ToHexStringLower(
                System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(kind))), 10);

    public static TrainAdapterResult Trained(TrainAdapterInput input, double loss) => new()
    {
        Adapter = Ref(
            $"adapter-{input.Train.LearningRate}-{input.Train.Rank}-{input.Train.MicroBatchSize}-{input.Train.Seed}"),
        Steps = 10,
        FinalLoss = loss,
        Device = "cpu",
        Summary = new() { Text = "10 steps" },
    };

    public static GateDecision Decision(GateVerdict verdict, string check = "debian-mmlu") => new()
    {
        Verdict = verdict,
        Evidence = Ref("evidence"),
        Checks = [new(check, verdict, 0.52, 0.5, "drop at most 2 points", "")],
    };

    public static ApplicationFailureException Failure(string type) => new($"{type} happened", type, nonRetryable: true);

    public int Count(string activity) => Calls.Count(call => call.Activity == activity);

    [Activity]
    public async Task<RunContext> PrepareRunAsync(PrepareRunInput input)
    {
        await EnterAsync();
        return Context;
    }

    [Activity]
    public async Task<ReportResult> WriteReportAsync(ReportInput input)
    {
        await EnterAsync();
        return new(Ref("report"), "/report.html");
    }

    [Activity]
    public Task<DataStageResult> IngestAsync(IngestInput input) => StageAsync("rows");

    [Activity]
    public Task<DataStageResult> HoldOutAsync(DataStageInput input) => StageAsync("kept");

    [Activity]
    public Task<DataStageResult> SanitizeAsync(DataStageInput input) => StageAsync("clean");

    [Activity]
    public Task<DataStageResult> DedupAsync(DataStageInput input) => StageAsync("distinct");

    [Activity]
    public Task<DataStageResult> DecontaminateAsync(DataStageInput input) => StageAsync("fresh");

    /// <summary>What the data set was built of last.</summary>
    public BuildDatasetInput? Built { get; private set; }

    [Activity]
    public async Task<DatasetResult> BuildDatasetAsync(BuildDatasetInput input)
    {
        await EnterAsync();
        Built = input;
        return new()
        {
            Dataset = Ref("dataset"),
            TrainRows = 100,
            TrainTokens = 5000,
            TestRows = 10,
            Summary = new()
            {
                Text = "100 rows",
            },
        };
    }

    [Activity]
    public async Task<ReviewSample> DrawReviewSampleAsync(DrawReviewInput input)
    {
        await EnterAsync();
        return new(Ref($"sample-{Built?.Corrections.Count}"), input.Rows);
    }

    [Activity]
    public async Task<TrainAdapterResult> TrainAdapterAsync(TrainAdapterInput input)
    {
        Trainings.Enqueue(input);
        await EnterAsync();
        return Train(input);
    }

    [Activity]
    public async Task<PreflightResult> TryPromptsAsync(PreflightInput input)
    {
        await EnterAsync();
        return new(0.75, input.Preflight.Rows, new() { Text = "75 %" });
    }

    [Activity]
    public async Task<EvaluationPlan> PlanEvaluationAsync(EvaluateInput input)
    {
        await EnterAsync();
        return new([new("debian-mmlu", ["a"], 10), new("debian-mmlu", ["b"], 10), new("task", [], 10)]);
    }

    [Activity]
    public async Task<ShardResult> EvaluateShardAsync(EvaluateShardInput input)
    {
        await EnterAsync();
        return new(input.Shard, Ref("items"), 5, new());
    }

    [Activity]
    public async Task<EvaluationResult> CombineEvaluationAsync(CombineEvaluationInput input)
    {
        await EnterAsync();
        return new()
        {
            Report = Ref($"evaluation-{input.Evaluation.Arm}"),
            Metrics =
                [new("debian-mmlu", 0.5, 20, 0.1), new("task", 0.8, 10, 0.1)],
            Summary = new() { Text = "ok" },
        };
    }

    [Activity]
    public async Task<BaselineResult> CompareBaselinesAsync(BaselineInput input)
    {
        await EnterAsync();
        return new([new("character n-grams", 0.7, 10, 0.1)], new() { Text = "70 %" });
    }

    [Activity]
    public async Task<SpeedResult> MeasureSpeedAsync(SpeedInput input)
    {
        await EnterAsync();
        return new() { Requests = input.Requests, TokensPerSecond = 100 };
    }

    [Activity]
    public async Task<GateDecision> DecideGateAsync(GateInput input)
    {
        await EnterAsync();
        return Gate(input);
    }

    [Activity]
    public async Task<ParityResult> CheckMergeParityAsync(ParityInput input)
    {
        await EnterAsync();
        return new(Ref("merged"), 1e-6, 1, new() { Text = "equal" });
    }

    [Activity]
    public async Task<RegisteredVersion> RegisterAdapterAsync(RegisterAdapterInput input)
    {
        await EnterAsync();
        Registered.Add(input.Adapter.Sha256);
        return new(input.Name, 1, input.Adapter.Sha256);
    }

    [Activity]
    public async Task RetireVersionAsync(RetireVersionInput input)
    {
        await EnterAsync();
        Retired.Add(input.Version.Digest);
    }

    [Activity]
    public async Task<int> ReadAliasAsync(AliasName alias)
    {
        await EnterAsync();
        return Alias;
    }

    [Activity]
    public async Task<AliasMove> MoveAliasAsync(MoveAliasInput input)
    {
        await EnterAsync();
        lock (_lock)
        {
            AliasMoves.Enqueue(input);
            var previous = Alias;
            Alias = input.Version;
            return new(previous, input.Version);
        }
    }

    [Activity]
    public async Task<IReadOnlyList<string>> ListGatewaysAsync(string route)
    {
        await EnterAsync();
        return ["http://gateway-1", "http://gateway-2"];
    }

    [Activity]
    public async Task LoadAdapterAsync(GatewayAdapterInput input)
    {
        await EnterAsync();
        lock (_lock)
        {
            Loaded.Add(input.Gateway);
        }
    }

    [Activity]
    public async Task UnloadAdapterAsync(GatewayAdapterInput input)
    {
        await EnterAsync();
        lock (_lock)
        {
            Loaded.Remove(input.Gateway);
        }
    }

    [Activity]
    public async Task<TrafficState> ReadTrafficAsync(string route)
    {
        await EnterAsync();
        return Traffic;
    }

    [Activity]
    public async Task<TrafficState> SetTrafficAsync(SetTrafficInput input)
    {
        await EnterAsync();
        return Traffic = input.Traffic;
    }

    [Activity]
    public async Task<CanaryMeasurement> WatchTrafficAsync(WatchTrafficInput input)
    {
        await EnterAsync();
        return Watch(input);
    }

    [Activity]
    public async Task<PrefixChange> MeasurePrefixAsync(MeasurePrefixInput input)
    {
        await EnterAsync();
        return Measure(input);
    }

    [Activity]
    public async Task<ServingRecord> FindServingAsync(AliasName alias)
    {
        await EnterAsync();
        return new()
        {
            Version = new(alias.Name, 3, "digest"),
            Adapter = Ref("adapter"),
            BaseModel = Ref("base-model"),
            Dataset = Ref("dataset"),
            Evaluation = Ref("evaluation"),
            Evaluate = new() { SpeedRequests = 0 },
        };
    }

    [Activity]
    public async Task<DriftResult> RecordDriftAsync(DriftInput input)
    {
        await EnterAsync();
        return Drift(input);
    }

    [Activity]
    public async Task<JudgeResult> JudgeAnswersAsync(JudgeAnswersInput input)
    {
        await EnterAsync();
        return Judge(input);
    }

    private async Task<DataStageResult> StageAsync(string kind)
    {
        await EnterAsync();
        return new() { Rows = Ref(kind), Second = Ref($"{kind}-second"), Summary = new() { Text = kind } };
    }

    private async Task EnterAsync()
    {
        var info = ActivityExecutionContext.Current.Info;
        var name = info.ActivityType;
        Calls.Enqueue((name, info.TaskQueue!));
        await Before(name, Count(name));
    }
}
