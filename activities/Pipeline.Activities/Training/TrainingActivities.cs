using Pipeline.Activities.Data;
using Pipeline.Activities.Running;
using Pipeline.Data.Building;
using Pipeline.Data.Decontamination;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Training;
using Pipeline.Llm.Training.Objectives;
using Pipeline.Registry.Storage;
using Pipeline.Workflows.Contracts;
using Temporalio.Activities;

namespace Pipeline.Activities.Training;

/// <summary>Training as an activity.</summary>
/// <param name="work">Cache, folders, fence.</param>
/// <param name="store">Keeps checkpoints for other hosts.</param>
/// <param name="paths">Where checkpoints lie.</param>
/// <param name="machine">Device, threads and log of this worker.</param>
public sealed class TrainingActivities(StageWork work, IObjectStore store, WorkerPaths paths, ModelLoadOptions machine)
    : ITrainingActivities
{
    private const string Weights = "adapter_model.safetensors";

    /// <inheritdoc/>
    [Activity]
    public async Task<TrainAdapterResult> TrainAdapterAsync(TrainAdapterInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Benchmarks.Count > 0)
        {
            using var pulse = new ActivityPulse();
            RequireApart(await work.Artifacts.OpenAsync(input.Dataset, pulse.Stop), input.Benchmarks);
        }

        var options = input.Train with { Sweep = [], RankLadder = [], SweepSteps = 1, MaxDivergenceRetries = 0 };
        return await work.RunAsync<TrainAdapterResult>(
            "train",
            new { input.Dataset, input.BaseModel, options, machine.Threads },
            result => [result.Adapter],
            run => TrainAsync(input, run),
            (result, cached, time) => result with { Summary = StageWork.Mark(result.Summary, cached, time) });
    }

    // Before a finished training is looked up: what was right for the benchmarks of yesterday is not for those of
    // today.
    private void RequireApart(string dataset, IReadOnlyList<string> names)
    {
        var summary = DecontaminationSummary.Find(Path.Combine(dataset, DatasetActivities.Decontamination))
            ?? throw new InvalidDataException(
                $"the data set does not say that it was decontaminated; decontaminate its rows against "
                    + $"{string.Join(", ", names)} and build it again");
        var benchmarks = new Benchmarks(paths);
        summary.Require(names.ToDictionary(
            name => name, name => DecontaminationStage.DigestOf(benchmarks.Items(name)), StringComparer.Ordinal));
    }

    private async Task<TrainAdapterResult> TrainAsync(TrainAdapterInput input, StageRun run)
    {
        var (dataset, model) = (await run.OpenAsync(input.Dataset), await run.OpenAsync(input.BaseModel));
        var output = paths.Of("training", run.Key[..32]);
        var mirror = new CheckpointMirror(store, run.Key[..32], output);
        await mirror.ClaimAsync(run.Stop);
        var uploads = new CheckpointUploads(mirror, machine.Log ?? (static _ => { }));
        using var reporter = new TrainingReporter(run.Pulse, input.ProgressWorkflowId, uploads.Begin);
        var control = new RunControl
        {
            Progress = reporter,
            Cancellation = run.Stop,
            Resume = true,
            Attempt = mirror.Attempt,
            Log = machine.Log,
        };
        TrainingResult trained;
        try
        {
            // Tensors never leave the thread that made them.
            trained = await Task.Factory.StartNew(
                () => Train(input, dataset, model, output, control), CancellationToken.None,
                TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        finally
        {
            // When interrupted, the trainer wrote a full checkpoint; whoever goes on may be on another host.
            await uploads.FlushAsync();
        }

        await mirror.CheckAsync(run.Stop);
        var adapter = await run.CommitAsync("adapter", FilesOf(trained, run));
        await mirror.ClearAsync(run.Stop);
        return await DescribeAsync(
            trained, adapter, TrainingCurve.Read(Path.Combine(output, "events.jsonl")), reporter.TokensPerSecond, run);
    }

    private static string FilesOf(TrainingResult trained, StageRun run)
    {
        var folder = run.Artifacts.NewFolder();
        foreach (var name in new[] { "adapter_config.json", Weights })
        {
            File.Copy(Path.Combine(trained.Output, name), Path.Combine(folder, name));
        }

        return folder;
    }

    private async Task<TrainAdapterResult> DescribeAsync(
        TrainingResult trained, ArtifactRef adapter, IReadOnlyList<LossPoint> curve, double speed, StageRun run)
    {
        var loss = curve.Count == 0 ? double.NaN : curve[^1].Loss;
        var alerts = trained.Alerts.Count > 0 ? $"; {trained.Alerts.Count} alerts" : "";
        return new TrainAdapterResult
        {
            Adapter = adapter,
            WeightsSha256 = await FileDigest.OfFileAsync(Path.Combine(trained.Output, Weights), run.Stop),
            Steps = trained.Steps,
            ResumedAt = Math.Max(0, trained.Steps - trained.Losses.Count),
            FinalLoss = loss,
            TokensPerSecond = speed,
            Device = machine.Device?.ToString() ?? "cpu",
            Curve = curve,
            Summary = new StageSummary
            {
                Text = $"{trained.Steps} steps, loss {loss:0.000}, {trained.Tokens:N0} tokens at {speed:N0}/s{alerts}",
                Counts = new Dictionary<string, double>(StringComparer.Ordinal)
                {
                    ["steps"] = trained.Steps,
                    ["tokens"] = trained.Tokens,
                    ["peakMemoryBytes"] = trained.PeakMemoryBytes,
                },
            },
        };
    }

    private TrainingResult Train(
        TrainAdapterInput input, string dataset, string model, string output, RunControl control)
    {
        var options = TrainingRecipe.Options(input.Train);
        using var rows = SftDataset.Open(dataset);
        using var loaded = CausalLanguageModel.Load(model, TrainingRecipe.Model(input.Train, machine));
        var adapter =
            LoraAdapter.Create(loaded, TrainingRecipe.Adapter(input.Train, input.BaseModel.Uri), input.Train.Seed);
        using var objective = new SupervisedObjective(loaded, adapter, options);
        var trainer =
            new Trainer(ModelTraining.OfAdapter(loaded, adapter), objective, new SftTrainingData(rows), options);
        return trainer.Run(output, control);
    }
}
