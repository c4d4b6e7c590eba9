namespace Pipeline.Llm.Training.Data;

/// <summary>Hands out the steps of a run, epoch after epoch, from any place.</summary>
public sealed class BatchSampler
{
    private readonly ITrainingData _data;
    private readonly BatchSettings _settings;
    private readonly long _seed;
    private EpochPlan _plan;

    /// <summary>Starts at the first epoch.</summary>
    /// <param name="data">Rows.</param>
    /// <param name="settings">Sizes, order and length of the run.</param>
    /// <param name="seed">Seed of the run.</param>
    public BatchSampler(ITrainingData data, BatchSettings settings, long seed)
    {
        (_data, _settings, _seed) = (data, settings, seed);
        _plan = EpochPlan.Create(data, settings, seed, 0);
        StepsPerEpoch = _plan.Steps.Count;
        TotalSteps = settings.MaxSteps ?? (int)Math.Ceiling(Math.Round(settings.Epochs * StepsPerEpoch, 6));
    }

    /// <summary>Steps of one pass: rows (or packs) divided by the effective batch, rounded up.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>Steps of the run.</summary>
    public int TotalSteps { get; }

    /// <summary>The next step.</summary>
    public BatchCursor Cursor { get; private set; } = new(0, 0);

    /// <summary>The current epoch's plan.</summary>
    public EpochPlan Plan => _plan;

    /// <summary>The micro-batches of the next step; moves on.</summary>
    /// <returns>Row indexes by micro-batch.</returns>
    public IReadOnlyList<int[]> Next()
    {
        if (Cursor.StepInEpoch == _plan.Steps.Count)
        {
            MoveTo(new(Cursor.Epoch + 1, 0));
        }

        var step = _plan.Steps[Cursor.StepInEpoch];
        Cursor = Cursor with { StepInEpoch = Cursor.StepInEpoch + 1 };
        return step;
    }

    /// <summary>Goes to a saved place.</summary>
    /// <param name="cursor">A place of a run with the same data, settings and seed.</param>
    public void MoveTo(BatchCursor cursor)
    {
        if (cursor.Epoch != Cursor.Epoch)
        {
            _plan = EpochPlan.Create(_data, _settings, _seed, cursor.Epoch);
        }

        Cursor = cursor;
    }
}
