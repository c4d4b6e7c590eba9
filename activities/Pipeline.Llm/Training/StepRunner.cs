using Pipeline.Faults;
using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Objectives;
using Pipeline.Llm.Training.Optimizers;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training;

/// <summary>Accumulates the gradient of one optimizer step over its micro-batches and clips it once.</summary>
internal sealed class StepRunner(
    TrainableModel model, ITrainingObjective objective, ITrainingData data, TrainingOptions options)
{
    /// <summary>Leaves the clipped gradient of the mean over the whole step in the parameters.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between micro-batches; the gradients are to be
    /// cleared.</exception>
    public StepOutcome Run(
        IReadOnlyList<int[]> microBatches, int step, double lossScale, CancellationToken cancellation)
    {
        var rows = microBatches.Select(indexes => indexes.Select(data.Read).ToList()).ToList();
        var ids = rows.SelectMany(part => part).Select(row => row.Id).ToList();
        // The denominator of the whole step: means of means would weight the tokens of short micro-batches more.
        var weight = rows.SelectMany(part => part).Sum(objective.Weight);
        if (weight <= 0)
        {
            throw new InvalidDataException(
                $"step {step} has no supervised token; rows {RowList.Of(ids)}: mark what the model should say, or "
                    + $"leave these rows out");
        }

        var (sums, tokens) = (new ObjectiveSums(), 0);
        for (var i = 0; i < rows.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            FaultPoint.Hit("train.micro-batch");
            var batch = MicroBatch.Create(rows[i], options.Batch.Layout, model.PaddingId);
            tokens += batch.Tokens;
            sums += Backward(batch, weight, lossScale, step, i);
        }

        return new(sums, GradientClipping.Clip(model.Parameters, options.MaxGradientNorm, lossScale), tokens,
            microBatches, ids);
    }

    /// <summary>Mean loss of the untrained weights on the rows of a step; null when they are gone.</summary>
    public double? UntrainedLoss(StepOutcome outcome)
    {
        if (model.Untrained is not { } untrained)
        {
            return null;
        }

        var sums = new ObjectiveSums();
        untrained(() =>
        {
            using var noGrad = no_grad();
            foreach (var indexes in outcome.MicroBatches)
            {
                using var scope = NewDisposeScope();
                sums += objective.Evaluate(
                    MicroBatch.Create([.. indexes.Select(data.Read)], options.Batch.Layout, model.PaddingId));
            }
        });
        return sums.MeanLoss;
    }

    private ObjectiveSums Backward(MicroBatch batch, double weight, double lossScale, int step, int index)
    {
        using var scope = NewDisposeScope();
        try
        {
            return objective.Backward(batch, weight, lossScale, SeededRandom.Derive(options.Seed, step, index));
        }
        catch (Exception exception) when (OutOfDeviceMemoryException.Describes(exception))
        {
            throw new OutOfDeviceMemoryException(step, batch.Tokens, PeakMemory.Bytes(), exception);
        }
    }
}
