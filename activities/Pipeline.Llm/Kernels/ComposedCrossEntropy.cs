using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Kernels;

/// <summary>Cross-entropy in chunks of rows.</summary>
internal static class ComposedCrossEntropy
{
    // 128 MiB of float32 logits: 256 rows of a 128k vocabulary.
    private const int ChunkElements = 1 << 25;

    public static TokenLoss Run(
        Func<Tensor, Tensor> logitsOf, long vocabulary, Tensor hidden, Tensor targets, double? softCap,
        double labelSmoothing)
    {
        var rows = hidden.size(0);
        var parts = new List<(Tensor Loss, Tensor Correct, Tensor Entropy)>();
        var chunk = Math.Max(1, ChunkElements / vocabulary);
        for (long start = 0; start < rows; start += chunk)
        {
            var count = Math.Min(chunk, rows - start);
            parts.Add(
                Chunk(logitsOf(hidden.narrow(0, start, count)), targets.narrow(0, start, count), softCap,
                    labelSmoothing));
        }

        return parts.Count == 1
            ? new(parts[0].Loss, parts[0].Correct, parts[0].Entropy)
            : new(cat([.. parts.Select(p => p.Loss)]), cat([.. parts.Select(p => p.Correct)]),
                cat([.. parts.Select(p => p.Entropy)]));
    }

    private static (Tensor Loss, Tensor Correct, Tensor Entropy) Chunk(
        Tensor logits, Tensor targets, double? softCap, double labelSmoothing)
    {
        var wide = ComposedExtras.Wide(logits);
        if (softCap is { } cap)
        {
            wide = (wide / cap).tanh() * cap;
        }

        var logs = wide.log_softmax(-1);
        var loss = -logs.gather(-1, targets.unsqueeze(-1)).squeeze(-1);
        if (labelSmoothing > 0)
        {
            loss = (1 - labelSmoothing) * loss - labelSmoothing * logs.mean([-1]);
        }

        using var mode = no_grad();
        return (loss, wide.argmax(-1).eq(targets), -(logs.exp() * logs).sum(-1));
    }
}
