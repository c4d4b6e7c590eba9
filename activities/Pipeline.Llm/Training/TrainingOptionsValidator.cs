namespace Pipeline.Llm.Training;

/// <summary>Checks options before anything is loaded.</summary>
public static class TrainingOptionsValidator
{
    /// <summary>Checks.</summary>
    /// <param name="options">Options.</param>
    /// <exception cref="ArgumentException">One or more values make no sense; all are named.</exception>
    public static void Check(TrainingOptions options)
    {
        var problems = Problems(options).ToList();
        if (problems.Count > 0)
        {
            throw new ArgumentException(
                "the training options are not usable: " + string.Join("; ", problems), nameof(options));
        }
    }

    private static IEnumerable<string> Problems(TrainingOptions o)
    {
        (bool IsBad, string Text)[] rules =
        [
            (!(o.LearningRate > 0) || !double.IsFinite(o.LearningRate),
                $"the learning rate must be above 0, it is {o.LearningRate}"),
            (o.Batch.MicroBatch < 1 || o.Batch.Accumulation < 1, "micro-batch and accumulation must be at least 1"),
            (o.Batch.MaxSteps is < 1, "the number of steps must be at least 1"),
            (o.Batch.MaxSteps is null && !(o.Batch.Epochs > 0), "the number of epochs must be above 0"),
            (o.Batch.PackTokens is < 2, "a pack must hold at least 2 tokens"),
            (o.WarmupRatio is < 0 or > 1, "the warm-up ratio must be between 0 and 1"),
            (!(o.MaxGradientNorm > 0), "the largest gradient norm must be above 0 (infinity for no limit)"),
            (o.LabelSmoothing is < 0 or >= 1, "label smoothing must be at least 0 and below 1"),
            (o.AverageDecay is <= 0 or >= 1, "the decay of the weight average must be between 0 and 1"),
            (o.NoiseAlpha < 0, "the strength of the embedding noise must not be negative"),
            (o.LogEvery < 1, "log lines need an interval of at least 1 step"),
            (o.KeepCheckpoints < 1, "at least 1 checkpoint must be kept"),
            (o.Optimizer.WeightDecay < 0, "weight decay must not be negative"),
            (o.NonFiniteLimit < 1, "the limit of steps that are not finite must be at least 1"),
        ];
        return rules.Where(rule => rule.IsBad).Select(rule => rule.Text);
    }
}
