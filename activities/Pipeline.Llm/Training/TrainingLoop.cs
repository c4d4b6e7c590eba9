using System.Diagnostics;
using Pipeline.Llm.Training.Checkpointing;
using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Diagnostics;

namespace Pipeline.Llm.Training;

/// <summary>The steps of a run with their rules: what to log, measure, save, and when to stop.</summary>
internal sealed class TrainingLoop(
    TrainableModel model, ITrainingData data, TrainingOptions options, TrainingSession session, CheckpointStore store,
    EventFile events,
    RunControl control, Func<int, EvaluationPoint>? evaluate)
{
    private readonly BestTracker _best =
        new(options.GreaterIsBetter, options.Patience, options.MinimumImprovement, options.RetentionBound);
    private readonly MovementCheck? _movement = session.State.Step == 0 ? new(model.Parameters) : null;
    private readonly long _tokensBefore = session.State.Tokens;
    private readonly int _stepsBefore = session.State.Step;
    private readonly ErraticLoss _erratic = new();
    private readonly HashSet<string> _large = new(StringComparer.Ordinal);
    private int _updates;
    private int _savedStep = session.State.Step;

    public List<TrainingLog> Logs { get; } = [];

    public List<double> Losses { get; } = [];

    public List<EvaluationPoint> Evaluations { get; } = [];

    public List<string> Alerts { get; } = [];

    public TimeSpan CheckpointTime { get; private set; }

    private TrainingState State => session.State;

    public StopReason ToEnd()
    {
        while (State.Step < session.TotalSteps)
        {
            if (One() is { } reason)
            {
                return reason;
            }
        }

        return StopReason.Completed;
    }

    private StopReason? One()
    {
        var outcome = Accumulate();
        if (Diverged(outcome) is { } finding)
        {
            return GoBack(outcome, finding);
        }

        var rate = session.Rate(State.Step);
        session.Apply(outcome);
        _updates += outcome.IsFinite && rate > 0 ? 1 : 0;
        Losses.Add(outcome.Sums.MeanLoss);
        StopIfNeverFinite(outcome);
        var alerts = StepAlerts(outcome).ToList();
        var log = State.Step % options.LogEvery == 0 || State.Step == session.TotalSteps
            ? WriteLog(outcome, rate, alerts) : null;
        var (point, isBest, stop) = IsDue(options.EvaluateEvery) && evaluate is not null
            ? Measure() : (null, false, null);
        var isSaved = isBest || stop is not null || IsDue(options.SaveEvery) || State.Step == session.TotalSteps;
        if (isSaved)
        {
            Save(point?.Metric is { } metric && (isBest || options.RetentionBound is null) ? metric : null);
        }

        Alerts.AddRange(alerts);
        control.Progress?.Report(Report(outcome, rate) with
        {
            Log = log,
            Evaluation = point,
            Checkpoint = isSaved ? State.Step : null,
            Alerts = alerts,
        });
        return stop;
    }

    // F23: cancelled between micro-batches, everything since the last finished step is dropped and that step saved in
    // full.
    private StepOutcome Accumulate()
    {
        try
        {
            return session.Accumulate(control.Cancellation);
        }
        catch (OperationCanceledException)
        {
            if (State.Step > _savedStep)
            {
                Save(metric: null);
            }

            throw;
        }
    }

    private string? Diverged(StepOutcome outcome)
    {
        if (!outcome.IsFinite)
        {
            return null;
        }

        var loss = outcome.Sums.MeanLoss;
        var suspicious = DivergenceRule.IsSuspicious(State.Divergence, State.Step + 1, loss);
        if (suspicious && session.UntrainedLoss(outcome) is { } untrained
            && DivergenceRule.Compare(loss, untrained) is { } worse)
        {
            return worse;
        }

        var (state, finding) = DivergenceRule.Add(State.Divergence, loss);
        session.State = State with { Divergence = state };
        return finding;
    }

    private StopReason GoBack(StepOutcome outcome, string finding)
    {
        var step = State.Step + 1;
        var good = step <= DivergenceRule.EarlySteps
            ? null
            : store.AtOrBefore(step - DivergenceRule.Patience, line => control.Log?.Invoke(line));
        if (good is null)
        {
            throw new LossDivergedException(step, outcome.RowIds, finding);
        }

        session.Restore(good);
        Alerts.Add($"the loss exploded at step {step} ({finding}); the result is the checkpoint of step {State.Step}");
        return StopReason.RolledBack;
    }

    private void StopIfNeverFinite(StepOutcome outcome)
    {
        if (State.SkippedInARow < options.NonFiniteLimit)
        {
            return;
        }

        throw State.Step <= DivergenceRule.EarlySteps
            ? new LossDivergedException(
                State.Step, outcome.RowIds, $"loss or gradient not finite in {State.SkippedInARow} steps in a row")
            : new NonFiniteLossException(State.Step, outcome.RowIds, State.SkippedInARow);
    }

    private IEnumerable<string> StepAlerts(StepOutcome outcome)
    {
        if (!outcome.IsFinite)
        {
            yield return $"step {State.Step} left out: loss {outcome.Sums.MeanLoss:G4}, gradient norm "
                + $"{outcome.Norms.Total:G4}; rows {RowList.Of(outcome.RowIds)}";
        }

        if (outcome.IsFinite && _erratic.Add(outcome.Sums.MeanLoss))
        {
            yield return $"the loss jumps about; {TerminatorAudit.Describe(data)}";
        }

        foreach (var alert in SilentModules.Alerts(State.Silent, options.SilentLimit))
        {
            yield return alert;
        }

        if (outcome.IsFinite && _updates == MovementCheck.Updates && _movement?.Unmoved() is { Count: > 0 } unmoved)
        {
            yield return unmoved.Count == model.Parameters.Count
                ? $"the weights did not move in {_updates} updates: nothing is being trained"
                : $"{unmoved.Count} tensors did not move in {_updates} updates: {RowList.Of(unmoved)}";
        }
    }

    private TrainingLog WriteLog(StepOutcome outcome, double rate, List<string> alerts)
    {
        var window = State.Window;
        var ratios = model.WeightRatios?.Invoke() ?? new Dictionary<string, double>();
        alerts.AddRange(ratios.Where(r => r.Value > options.WeightRatioLimit && _large.Add(r.Key))
            .Select(r => $"{r.Key}: the update is {r.Value:P0} of the weight, above {options.WeightRatioLimit:P0}"));
        var log = new TrainingLog
        {
            Step = State.Step,
            Loss = window.MeanLoss,
            GradientNorm = outcome.Norms.Total,
            LearningRate = rate,
            Tokens = State.Tokens,
            SupervisedTokens = State.SupervisedTokens,
            TokensPerSecond = TokensPerSecond,
            TokenAccuracy = window.Scored == 0 ? double.NaN : window.Correct / window.Scored,
            Entropy = window.Scored == 0 ? double.NaN : window.Entropy / window.Scored,
            RewardAccuracy = window.Pairs == 0 ? null : window.RewardWins / window.Pairs,
            RewardMargin = window.Pairs == 0 ? null : window.RewardMargin / window.Pairs,
            PeakMemoryBytes = PeakMemory.Bytes(),
            WeightRatios = ratios,
            SkippedSteps = State.SkippedSteps,
        };
        session.State = State with { Window = new() };
        Logs.Add(log);
        events.Write(log);
        return log;
    }

    private (EvaluationPoint Point, bool IsBest, StopReason? Stop) Measure()
    {
        EvaluationPoint? point = null;
        // evaluate is not null where this is called.
        void Run() => point = evaluate!(State.Step);
        if (session.Average is { } average)
        {
            average.Use(Run);
        }
        else
        {
            Run();
        }

        var (best, isBest, stop) = _best.Add(State.Best, point!);
        session.State = State with { Best = best };
        Evaluations.Add(point!);
        events.Write(point!);
        return (point!, isBest, stop);
    }

    private void Save(double? metric)
    {
        var start = Stopwatch.GetTimestamp();
        session.Save(store, metric);
        _savedStep = State.Step;
        CheckpointTime += Stopwatch.GetElapsedTime(start);
    }

    private bool IsDue(int? every) => every switch
    {
        null => State.Step % session.StepsPerEpoch == 0 || State.Step == session.TotalSteps,
        0 => false,
        { } steps => State.Step % steps == 0,
    };

    private double TokensPerSecond => (State.Tokens - _tokensBefore) / Math.Max(1e-9, session.Seconds);

    private TrainingStep Report(StepOutcome outcome, double rate)
    {
        var done = State.Step - _stepsBefore;
        var remaining = TimeSpan.FromSeconds(session.Seconds / done * (session.TotalSteps - State.Step));
        return new(State.Step, session.TotalSteps, outcome.Sums.MeanLoss, outcome.Norms.Total, rate, TokensPerSecond,
            remaining);
    }
}
