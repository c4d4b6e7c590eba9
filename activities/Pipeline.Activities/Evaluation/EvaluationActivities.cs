using Pipeline.Activities.Data;
using Pipeline.Activities.Running;
using Pipeline.Evaluation.Gates;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Results;
using Pipeline.Evaluation.Scoring;
using Pipeline.Llm.Models;
using Pipeline.Workflows.Contracts;
using Temporalio.Activities;

namespace Pipeline.Activities.Evaluation;

/// <summary>Evaluation and gate as activities.</summary>
/// <param name="work">Cache, folders, fence.</param>
/// <param name="benchmarks">Benchmarks that the worker knows.</param>
/// <param name="paths">Where unfinished shards lie.</param>
/// <param name="machine">Device, threads and log of this worker.</param>
public sealed class EvaluationActivities(
    StageWork work, Benchmarks benchmarks, WorkerPaths paths, ModelLoadOptions machine) : IEvaluationActivities
{
    internal const string ResultsFile = "results.json";
    private const int SelfTestQuestions = 4;
    private readonly EvaluationTasks _tasks = new(benchmarks);

    /// <inheritdoc/>
    [Activity]
    public Task<PreflightResult> TryPromptsAsync(PreflightInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return work.RunAsync<PreflightResult>(
            "preflight", new { input.BaseModel, input.Dataset, input.Preflight.Rows }, _ => [],
            run => PromptTrial.RunAsync(input, run, paths, machine),
            (result, cached, time) => result with { Summary = StageWork.Mark(result.Summary, cached, time) });
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<EvaluationPlan> PlanEvaluationAsync(EvaluateInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var pulse = new ActivityPulse();
        var tasks = _tasks.Of(input, await work.Artifacts.OpenAsync(input.Dataset, pulse.Stop)).Tasks;
        return new EvaluationPlan(
            [.. tasks.Select(
                task =>
                    new EvaluationShard(
                        task.Groups.Count > 0 ? task.Groups[^1] : task.Name, [task.Name], task.Questions.Count))]);
    }

    /// <inheritdoc/>
    [Activity]
    public Task<ShardResult> EvaluateShardAsync(EvaluateShardInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var evaluation = input.Evaluation;
        return work.RunAsync<ShardResult>(
            "evaluate",
            new
            {
                evaluation.BaseModel,
                evaluation.Adapter,
                evaluation.Dataset,
                evaluation.Evaluate.Shots,
                evaluation.Evaluate.Limit,
                evaluation.OwnShots,
                evaluation.Fresh,
                input.Shard,
                EvaluationRunner.Harness
            },
            result => [result.Items],
            run => EvaluateAsync(input, run),
            (result, cached, time) => result with { Summary = StageWork.Mark(result.Summary, cached, time) });
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<EvaluationResult> CombineEvaluationAsync(CombineEvaluationInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var pulse = new ActivityPulse();
        var parts = new List<EvaluationResults>();
        foreach (var shard in input.Shards)
        {
            parts.Add(
                ResultsJson.Load(Path.Combine(await work.Artifacts.OpenAsync(shard.Items, pulse.Stop), ResultsFile)));
        }

        var collection =
            _tasks.Of(input.Evaluation, await work.Artifacts.OpenAsync(input.Evaluation.Dataset, pulse.Stop));
        TaskResult[] tasks = [.. parts.SelectMany(part => part.Tasks)];
        var whole = parts[0] with
        {
            Arm = input.Evaluation.Arm,
            Tasks = tasks,
            Groups = collection.Groups.ToDictionary(
                group => group.Name, group => group.Aggregate(tasks), StringComparer.Ordinal),
            BatchInvariant = parts.All(part => part.BatchInvariant != false),
        };
        var folder = work.Artifacts.NewFolder();
        ResultsJson.Save(whole, Path.Combine(folder, ResultsFile));
        var properties = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["baseModel"] = input.Evaluation.BaseModel.Sha256,
            ["adapter"] = input.Evaluation.Adapter?.Sha256 ?? "",
        };
        var cached = input.Shards.Count(shard => shard.Summary.Cached);
        var metrics = Metrics(whole);
        if (metrics.FirstOrDefault(metric => metric.Name == EvaluationTasks.Own) is { } own)
        {
            properties[EvaluationTasks.Own] =
                own.Value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        }

        var report = await work.Artifacts.CommitAsync("evaluation", folder, properties, null, pulse.Stop);
        return new EvaluationResult
        {
            Report = report,
            Metrics = metrics,
            CachedShards = cached,
            Summary = new StageSummary
            {
                Text = $"{string.Join(", ", metrics.Select(metric => $"{metric.Name} {metric.Value:P1}"))}; {cached} "
                    + $"of {input.Shards.Count} shards from the cache",
                Cached = cached == input.Shards.Count,
            },
        };
    }

    /// <inheritdoc/>
    [Activity]
    public Task<BaselineResult> CompareBaselinesAsync(BaselineInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return work.RunAsync<BaselineResult>(
            "baselines", new { input.Dataset }, _ => [],
            async run => SimpleArms.Run(await run.OpenAsync(input.Dataset), run.Stop),
            (result, cached, time) => result with { Summary = StageWork.Mark(result.Summary, cached, time) });
    }

    /// <inheritdoc/>
    [Activity]
    public Task<SpeedResult> MeasureSpeedAsync(SpeedInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return work.RunAsync<SpeedResult>(
            "speed", new { input.BaseModel, input.Adapter, input.Dataset, input.Requests }, _ => [],
            run => SpeedStage.RunAsync(input, run, machine), (result, _, _) => result);
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<GateDecision> DecideGateAsync(GateInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var pulse = new ActivityPulse();
        var baseline =
            ResultsJson.Load(Path.Combine(await work.Artifacts.OpenAsync(input.Baseline, pulse.Stop), ResultsFile));
        var candidate =
            ResultsJson.Load(Path.Combine(await work.Artifacts.OpenAsync(input.Candidate, pulse.Stop), ResultsFile));
        var arms = new Dictionary<string, EvaluationResults>(StringComparer.Ordinal) { [GateRules.Base] = baseline };
        if (input.Prompted is not null)
        {
            arms[GateRules.Prompted] =
                ResultsJson.Load(Path.Combine(await work.Artifacts.OpenAsync(input.Prompted, pulse.Stop), ResultsFile));
        }

        var rules = GateRules.Of(input.Gate, candidate, arms.ContainsKey(GateRules.Prompted));
        var report = GateEvaluator.Evaluate(rules, candidate, arms, input.Adapter.Length == 0 ? null : input.Adapter);
        return GateRules.Decision(report, await EvidenceAsync(report, pulse.Stop));
    }

    /// <inheritdoc/>
    [Activity]
    public Task<ParityResult> CheckMergeParityAsync(ParityInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return work.RunAsync<ParityResult>(
            "parity", new { input.BaseModel, input.Adapter, input.Dataset, input.Prompts }, result => [result.Merged],
            run => MergeParityStage.RunAsync(input, run, machine),
            (result, cached, time) => result with { Summary = StageWork.Mark(result.Summary, cached, time) });
    }

    internal static List<Metric> Metrics(EvaluationResults results)
    {
        var metrics = new List<Metric>();
        foreach (var (name, group) in results.Groups)
        {
            if (group.Metrics.TryGetValue($"{EvaluationTasks.MetricOf(name)},none", out var value))
            {
                metrics.Add(new Metric(name, value.Value, group.Questions, value.StandardError ?? double.NaN));
            }
        }

        return metrics;
    }

    private async Task<ShardResult> EvaluateAsync(EvaluateShardInput input, StageRun run)
    {
        var evaluation = input.Evaluation;
        var dataset = await run.OpenAsync(evaluation.Dataset);
        var model = await run.OpenAsync(evaluation.BaseModel);
        var adapter = evaluation.Adapter is null ? null : await run.OpenAsync(evaluation.Adapter);
        var collection = _tasks.Of(evaluation, dataset);
        var tasks = collection.Tasks.Where(task => input.Shard.Subjects.Contains(task.Name)).ToList();
        var identity = new ModelIdentity
        {
            BaseModel = evaluation.BaseModel.Sha256,
            Adapter = evaluation.Adapter?.Sha256,
            Precision = "Float32",
            Name = evaluation.Arm,
        };
        var (results, folder, invariant) = (new List<TaskResult>(), run.Artifacts.NewFolder(), true);
        await Task.Factory.StartNew(
            () =>
            {
                using var session = ModelSession.Load(model, adapter, machine);
                foreach (var task in tasks)
                {
                    var options = EvaluationTasks.OptionsOf(task, evaluation);
                    var prompts = new PromptBuilder(options, ModelSession.RendererOf(model));
                    var progress = new Progress<int>(
                        done =>
                            run.Pulse.Report(
                                new ActivityProgress(
                                    $"evaluate {evaluation.Arm}", done, task.Questions.Count, task.Name)));
                    var runner = new EvaluationRunner(
                        identity, prompts, options, () => (session.Scoring, session.Encoder), Answers(evaluation));
                    var outcome = runner.Run(task, progress, run.Stop);
                    results.Add(outcome.Result);
                    File.Copy(outcome.AnswersFile, Path.Combine(folder, $"{task.Name}.jsonl"));
                    invariant &= SelfTest(session, prompts, task);
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        ResultsJson.Save(
            new EvaluationResults
            {
                Model = identity,
                Harness = EvaluationRunner.Harness,
                Arm = evaluation.Arm,
                Tasks = results,
                BatchInvariant = invariant
            }, Path.Combine(folder, ResultsFile));
        var correct = (int)Math.Round(results.Sum(result => result.Scores.Values.First().Sum()));
        var items = results.Sum(result => result.Ids.Count);
        return new ShardResult(input.Shard, await run.CommitAsync("evaluation-shard", folder), correct,
            new StageSummary { Text = $"{correct} of {items} right" });
    }

    private string Answers(EvaluateInput evaluation) => evaluation.Fresh.Length == 0
        ? paths.Of("cache", "evaluation") : paths.Of("cache", "evaluation", "fresh", evaluation.Fresh);

    // Answers that depend on their neighbours in the batch would make every comparison a lottery.
    private static bool SelfTest(ModelSession session, PromptBuilder prompts, EvaluationTask task) =>
        task.Output != OutputType.MultipleChoice || BatchInvariance.Check(
            session.Scoring,
            [.. task.Questions.Take(SelfTestQuestions).Select(question => prompts.Build(task, question))
                .Select(text => session.Encoder.Encode(text.Context, text.Continuations))]).Holds();

    private async Task<ArtifactRef> EvidenceAsync(GateReport report, CancellationToken cancellation)
    {
        var folder = work.Artifacts.NewFolder();
        await File.WriteAllBytesAsync(
            Path.Combine(folder, "gate.json"),
            System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(report, Pipeline.Workflows.Json.PipelineJson.Options),
            cancellation);
        return await work.Artifacts.CommitAsync(
            "gate-evidence", folder,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["digest"] = report.Evidence.Digest }, null,
            cancellation);
    }
}
