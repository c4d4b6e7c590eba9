using System.Diagnostics;
using Pipeline.Faults;
using Pipeline.Llm.Training.Checkpointing;
using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Diagnostics;
using Pipeline.Llm.Training.Objectives;
using Pipeline.Llm.Training.Optimizers;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training;

/// <summary>Everything that changes during a run, and how to save and restore it.</summary>
internal sealed class TrainingSession : IDisposable
{
    private readonly TrainableModel _model;
    private readonly TrainingOptions _options;
    private readonly StepRunner _runner;
    private readonly Optimizer _optimizer;
    private readonly BatchSampler _sampler;
    private readonly LearningRateSchedule _schedule;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private double _secondsBefore;

    public TrainingSession(
        TrainableModel model, ITrainingObjective objective, ITrainingData data, TrainingOptions options)
    {
        (_model, _options) = (model, options);
        _runner = new(model, objective, data, options);
        var groups = options.LoraPlusRatio is { } ratio
            ? ParameterGroups.LoraPlus(model.Parameters, ratio, options.LearningRate, options.Optimizer.WeightDecay)
            : ParameterGroups.Uniform(model.Parameters, options.Optimizer.WeightDecay, options.DecayVectors);
        _optimizer = new(groups, options.Optimizer);
        _sampler = new(data, options.Batch, options.Seed);
        _schedule = options.Schedule with
        {
            TotalSteps = _sampler.TotalSteps,
            WarmupSteps = options.WarmupRatio is { } warm
                ? LearningRateSchedule.WarmupFromRatio(warm, _sampler.TotalSteps) : options.Schedule.WarmupSteps,
        };
        Average = options.AverageDecay is { } decay ? new(model.Parameters, decay) : null;
        State = new()
        {
            Seed = options.Seed,
            Data = data.Fingerprint,
            Options = OptionsDigest.Of(options, objective.Identity),
            LossScale = new() { Value = options.Precision == Precision.Float16 ? LossScale.Initial : 1 },
        };
    }

    public TrainingState State { get; set; }

    public WeightAverage? Average { get; }

    public int TotalSteps => _sampler.TotalSteps;

    public int StepsPerEpoch => _sampler.StepsPerEpoch;

    /// <summary>Rate that the step with this zero-based index uses.</summary>
    public double Rate(int step) => _options.LearningRate * _schedule.Factor(step);

    /// <summary>Seconds of this attempt.</summary>
    public double Seconds => _clock.Elapsed.TotalSeconds;

    /// <summary>Computes the next step's gradient; on cancellation the session is as before.</summary>
    public StepOutcome Accumulate(CancellationToken cancellation)
    {
        var before = _sampler.Cursor;
        try
        {
            return _runner.Run(_sampler.Next(), State.Step + 1, State.LossScale.Value, cancellation);
        }
        catch (OperationCanceledException)
        {
            _optimizer.ClearGradients();
            _sampler.MoveTo(before);
            throw;
        }
    }

    /// <summary>Mean loss of the untrained weights on the rows of a step; null when they are gone.</summary>
    public double? UntrainedLoss(StepOutcome outcome) => _runner.UntrainedLoss(outcome);

    /// <summary>Updates the weights, or leaves the step out when a gradient is not finite.</summary>
    public void Apply(StepOutcome outcome)
    {
        if (outcome.IsFinite)
        {
            FaultPoint.Hit("train.update");
            _optimizer.Step(Rate(State.Step));
            Average?.Update();
        }

        _optimizer.ClearGradients();
        var isScaled = _options.Precision == Precision.Float16;
        // An overflow of scaled float16 gradients is expected: the scale adapts, and it does not count towards the
        // limit.
        var isOverflow = isScaled && State.LossScale.Value > 1 && double.IsFinite(outcome.Sums.Loss);
        State = State with
        {
            Step = State.Step + 1,
            Tokens = State.Tokens + outcome.Tokens,
            SupervisedTokens = State.SupervisedTokens + outcome.Sums.Scored,
            SkippedSteps = State.SkippedSteps + (outcome.IsFinite ? 0 : 1),
            SkippedInARow = outcome.IsFinite || isOverflow ? 0 : State.SkippedInARow + 1,
            LossScale = isScaled ? State.LossScale.After(outcome.IsFinite) : State.LossScale,
            Window = outcome.IsFinite ? State.Window + outcome.Sums : State.Window,
            Silent = outcome.IsFinite ? SilentModules.Count(State.Silent, outcome.Norms.ByParameter) : State.Silent,
        };
    }

    /// <summary>Writes a full checkpoint.</summary>
    public void Save(CheckpointStore store, double? metric)
    {
        var files = new Dictionary<string, IEnumerable<(string Name, Tensor Value)>>(StringComparer.Ordinal)
        {
            ["parameters"] = _model.Parameters.Select(p => (p.Name, (Tensor)p.Value)),
            ["optimizer"] = _optimizer.StateTensors(),
        };
        if (Average is not null)
        {
            files["average"] = Average.Tensors;
        }

        var state = State with
        {
            Cursor = _sampler.Cursor,
            Order = _sampler.Plan.Digest(),
            OptimizerSteps = _optimizer.StepCounts(),
            Seconds = _secondsBefore + Seconds,
        };
        store.Save(state, files, metric);
    }

    /// <summary>Continues from a checkpoint.</summary>
    /// <exception cref="CheckpointException">It is of another dataset, recipe or model.</exception>
    public void Restore(SavedCheckpoint checkpoint)
    {
        var saved = checkpoint.Manifest.State;
        Same(saved.Data, State.Data, "training data");
        Same(saved.Options, State.Options, "options");
        _sampler.MoveTo(saved.Cursor);
        Same(saved.Order, _sampler.Plan.Digest(), "order of the rows");
        using var scope = NewDisposeScope();
        RestoreWeights(checkpoint.Read("parameters"));
        _optimizer.Restore(checkpoint.Read("optimizer"), saved.OptimizerSteps);
        Average?.Restore(checkpoint.Read("average"));
        State = saved with
        {
            LossScale = saved.LossScale.Value > 1 == State.LossScale.Value > 1
            ? saved.LossScale : State.LossScale
        };
        _secondsBefore = saved.Seconds;
    }

    /// <summary>Puts weights in place, on whatever device and in whatever type they are now.</summary>
    public void RestoreWeights(IReadOnlyList<(string Name, Tensor Value)> tensors)
    {
        using var noGrad = no_grad();
        var byName = tensors.ToDictionary(t => t.Name, t => t.Value, StringComparer.Ordinal);
        foreach (var parameter in _model.Parameters)
        {
            if (!byName.TryGetValue(parameter.Name, out var value) || !value.shape.SequenceEqual(parameter.Value.shape))
            {
                throw new CheckpointException(
                    $"the checkpoint has no tensor '{parameter.Name}' of shape "
                        + $"[{string.Join(", ", parameter.Value.shape)}]: it is of another model or adapter");
            }

            parameter.Value.copy_(value);
        }
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        Average?.Dispose();
    }

    private static void Same(string saved, string now, string what)
    {
        if (saved != now)
        {
            throw new CheckpointException(
                $"the checkpoint was made with another {what} ({saved[..Math.Min(12, saved.Length)]}… then, "
                + $"{now[..12]}… now): "
                + "restore it, or start a new run in another folder");
        }
    }
}
