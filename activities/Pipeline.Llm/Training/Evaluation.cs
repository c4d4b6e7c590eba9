using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Objectives;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training;

/// <summary>Loss on rows that are not trained on.</summary>
public static class Evaluation
{
    /// <summary>Sums over all rows, in order, without gradient, dropout or noise; no random number is drawn.</summary>
    /// <param name="objective">What to measure.</param>
    /// <param name="data">Rows.</param>
    /// <param name="batch">Sizes and layout; order and length settings are not used.</param>
    /// <param name="paddingId">Token id that fills padded batches.</param>
    /// <param name="cancellation">Stops between micro-batches.</param>
    /// <returns>Sums; the mean loss is token-weighted.</returns>
    public static ObjectiveSums Run(
        ITrainingObjective objective, ITrainingData data, BatchSettings batch, int paddingId = 0,
        CancellationToken cancellation = default)
    {
        using var noGrad = no_grad();
        var sums = new ObjectiveSums();
        foreach (var indexes in Enumerable.Range(0, data.Count).Chunk(batch.MicroBatch))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            sums += objective.Evaluate(MicroBatch.Create([.. indexes.Select(data.Read)], batch.Layout, paddingId));
        }

        return sums;
    }
}
