using Pipeline.Llm.Training.Checkpointing;
using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Diagnostics;
using Pipeline.Llm.Training.Objectives;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training;

/// <summary>Trains until the end, a stop rule or a failure. One thread runs it; tensors never leave that
/// thread.</summary>
/// <param name="model">What is trained.</param>
/// <param name="objective">What is minimised.</param>
/// <param name="data">Rows to train on.</param>
/// <param name="options">Numbers.</param>
public sealed class Trainer(
    TrainableModel model, ITrainingObjective objective, ITrainingData data, TrainingOptions options)
{
    /// <summary>Name of the folder of the result below the output folder.</summary>
    public const string ResultFolder = "result";

    /// <summary>Name of the folder of the checkpoints below the output folder.</summary>
    public const string CheckpointFolder = "checkpoints";

    /// <summary>Rows for the evaluation loss; null for none.</summary>
    public ITrainingData? EvaluationData { get; init; }

    /// <summary>Measures the metric instead of the evaluation loss: gets the step, may use the model, must not train
    /// it.</summary>
    public Func<int, EvaluationPoint>? Evaluator { get; init; }

    /// <summary>Runs, or continues.</summary>
    /// <param name="output">Folder for checkpoints, events and the result.</param>
    /// <param name="control">How it is watched and stopped; null for a silent run from the start.</param>
    /// <returns>What came out.</returns>
    /// <exception cref="LossDivergedException">The loss exploded in the first steps.</exception>
    /// <exception cref="NonFiniteLossException">Losses or gradients stayed not finite.</exception>
    /// <exception cref="OutOfDeviceMemoryException">A step did not fit.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; a full checkpoint was written.</exception>
    /// <exception cref="StaleAttemptException">A later attempt has taken over.</exception>
    public TrainingResult Run(string output, RunControl? control = null)
    {
        TrainingOptionsValidator.Check(options);
        control ??= new();
        Directory.CreateDirectory(output);
        var log = control.Log ?? (static _ => { });
        var store = CheckpointStore.Open(
            Path.Combine(output, CheckpointFolder), options.KeepCheckpoints, options.GreaterIsBetter, control.Attempt);
        using var session = new TrainingSession(model, objective, data, options);
        if (control.Resume && store.Latest(log) is { } checkpoint)
        {
            session.Restore(checkpoint);
            log($"continuing after step {session.State.Step}");
        }

        using var events = EventFile.Open(Path.Combine(output, "events.jsonl"), session.State.Step);
        var run =
            new TrainingLoop(model, data, options, session, store, events, control, EvaluationOf(control.Cancellation));
        var reason = run.ToEnd();
        return Finish(session, store, run, reason, output, log);
    }

    private Func<int, EvaluationPoint>? EvaluationOf(CancellationToken cancellation) =>
        Evaluator ?? (EvaluationData is { } rows
        ? step => new(step, Evaluation.Run(objective, rows, options.Batch, model.PaddingId, cancellation).MeanLoss)
        : null);

    private TrainingResult Finish(
        TrainingSession session, CheckpointStore store, TrainingLoop run, StopReason reason, string output,
        Action<string> log)
    {
        var state = session.State;
        var exported = state.Step;
        using var scope = NewDisposeScope();
        // A run that was measured hands over what measured best, as people expect of "load the best at the end".
        if (reason != StopReason.RolledBack && state.Best.Value is not null && store.Best(log) is { } best)
        {
            exported = best.Manifest.State.Step;
            session.RestoreWeights(best.Read(session.Average is null ? "parameters" : "average"));
        }
        else if (session.Average is { } average)
        {
            session.RestoreWeights([.. average.Tensors]);
        }

        var folder = Path.Combine(output, ResultFolder);
        model.Export(folder);
        return new()
        {
            Steps = state.Step,
            Reason = reason,
            ExportedStep = exported,
            Output = folder,
            Logs = run.Logs,
            Losses = run.Losses,
            Evaluations = run.Evaluations,
            Alerts = run.Alerts,
            Tokens = state.Tokens,
            SupervisedTokens = state.SupervisedTokens,
            SkippedSteps = state.SkippedSteps,
            PeakMemoryBytes = PeakMemory.Bytes(),
            CheckpointTime = run.CheckpointTime,
        };
    }
}
