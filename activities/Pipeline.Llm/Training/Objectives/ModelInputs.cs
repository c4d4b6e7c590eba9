using Pipeline.Llm.Kernels;
using Pipeline.Llm.Models;
using Pipeline.Llm.Training.Data;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Objectives;

/// <summary>Turns micro-batches into tensors.</summary>
internal static class ModelInputs
{
    public static ModelInput Of(MicroBatch batch, Device device)
    {
        var ids = tensor(batch.Ids, device: device).view(batch.Height, batch.Width);
        if (batch.IsPacked)
        {
            return new() { InputIds = ids, SequenceLengths = batch.SequenceLengths };
        }

        if (Array.TrueForAll(batch.SequenceLengths, length => length == batch.Width))
        {
            return new() { InputIds = ids };
        }

        var mask = new long[batch.Ids.Length];
        for (var row = 0; row < batch.Height; row++)
        {
            Array.Fill(mask, 1, row * batch.Width, batch.SequenceLengths[row]);
        }

        return new() { InputIds = ids, AttentionMask = tensor(mask, device: device).view(batch.Height, batch.Width) };
    }

    /// <summary>The states that predict targets, [n, d].</summary>
    public static Tensor Predicting(Tensor hidden, MicroBatch batch) =>
        TorchExtras.Current.SelectRows(
            hidden.reshape(-1, hidden.size(-1)), tensor(batch.Positions, device: hidden.device));
}
