using Pipeline.Activities.Running;
using Pipeline.Data.Building;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Training;
using Pipeline.Llm.Training.Objectives;
using Pipeline.Workflows.Contracts;
using Temporalio.Activities;

namespace Pipeline.Activities.Training;

/// <summary>Training as an activity.</summary>
/// <param name="work">Cache, folders, fence.</param>
/// <param name="paths">Where checkpoints lie.</param>
/// <param name="machine">Device, threads and log of this worker.</param>
public sealed class TrainingActivities(StageWork work, WorkerPaths paths, ModelLoadOptions machine) : ITrainingActivities
{
    /// <inheritdoc/>
    [Activity]
    public Task<TrainAdapterResult> TrainAdapterAsync(TrainAdapterInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var options = input.Train with { Sweep = [], RankLadder = [], SweepSteps = 1, MaxDivergenceRetries = 0 };
        return work.RunAsync<TrainAdapterResult>(
            "train",
            new { input.Dataset, input.BaseModel, options, machine.Threads },
            result => [result.Adapter],
            run => TrainAsync(input, run),
            (result, cached, time) => result with { Summary = StageWork.Mark(result.Summary, cached, time) });
    }

    private async Task<TrainAdapterResult> TrainAsync(TrainAdapterInput input, StageRun run)
    {
        var (dataset, model) = (await run.OpenAsync(input.Dataset), await run.OpenAsync(input.BaseModel));
        var output = paths.Of("training", run.Key[..32]);
        using var reporter = new TrainingReporter(run.Pulse, input.ProgressWorkflowId);

        // Tensors never leave the thread that made them.
        var trained = await Task.Factory.StartNew(
            () => Train(input, dataset, model, output, reporter, run.Stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var folder = run.Artifacts.NewFolder();
        foreach (var name in new[] { "adapter_config.json", "adapter_model.safetensors" })
        {
            File.Copy(Path.Combine(trained.Output, name), Path.Combine(folder, name));
        }

        var weights = await FileDigest.OfFileAsync(Path.Combine(folder, "adapter_model.safetensors"), run.Stop);
        var curve = TrainingCurve.Read(Path.Combine(output, "events.jsonl"));
        var loss = curve.Count == 0 ? double.NaN : curve[^1].Loss;
        var adapter = await run.CommitAsync("adapter", folder);
        return new TrainAdapterResult
        {
            Adapter = adapter,
            WeightsSha256 = weights,
            Steps = trained.Steps,
            ResumedAt = Math.Max(0, trained.Steps - trained.Losses.Count),
            FinalLoss = loss,
            TokensPerSecond = reporter.TokensPerSecond,
            Device = machine.Device?.ToString() ?? "cpu",
            Curve = curve,
            Summary = new StageSummary
            {
                Text = $"{trained.Steps} steps, loss {loss:0.000}, {trained.Tokens:N0} tokens at {reporter.TokensPerSecond:N0}/s{(trained.Alerts.Count > 0 ? $"; {trained.Alerts.Count} alerts" : "")}",
                Counts = new Dictionary<string, double>(StringComparer.Ordinal) { ["steps"] = trained.Steps, ["tokens"] = trained.Tokens, ["peakMemoryBytes"] = trained.PeakMemoryBytes },
            },
        };
    }

    private TrainingResult Train(TrainAdapterInput input, string dataset, string model, string output, TrainingReporter reporter, CancellationToken stop)
    {
        var options = TrainingRecipe.Options(input.Train);
        using var rows = SftDataset.Open(dataset);
        using var loaded = CausalLanguageModel.Load(model, TrainingRecipe.Model(input.Train, machine));
        var adapter = LoraAdapter.Create(loaded, TrainingRecipe.Adapter(input.Train, input.BaseModel.Uri), input.Train.Seed);
        using var objective = new SupervisedObjective(loaded, adapter, options);
        var trainer = new Trainer(ModelTraining.OfAdapter(loaded, adapter), objective, new SftTrainingData(rows), options);
        return trainer.Run(output, new RunControl { Progress = reporter, Cancellation = stop, Resume = true, Log = machine.Log });
    }
}
