using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Losses;

/// <summary>The language-model loss of rows of logits, in nats.</summary>
public static class CrossEntropy
{
    /// <summary>Loss of each row.</summary>
    /// <param name="logits">[n, v] of any floating type; the arithmetic is float32 or better.</param>
    /// <param name="targets">[n] token ids.</param>
    /// <param name="labelSmoothing">Share s of the mean over the vocabulary: (1 − s) · nll + s · mean(−log p).</param>
    /// <param name="zCoefficient">Coefficient of logsumexp², which keeps logits small.</param>
    /// <returns>[n] losses.</returns>
    public static Tensor PerToken(Tensor logits, Tensor targets, double labelSmoothing = 0, double zCoefficient = 0)
    {
        var wide = logits.dtype == ScalarType.Float64 ? logits : logits.@float();
        var logPartition = wide.logsumexp(-1, keepdim: true);
        var nll = (logPartition - wide.gather(-1, targets.unsqueeze(-1))).squeeze(-1);
        if (labelSmoothing != 0)
        {
            nll = nll * (1 - labelSmoothing) + (logPartition.squeeze(-1) - wide.mean([-1L])) * labelSmoothing;
        }

        return zCoefficient == 0 ? nll : nll + logPartition.squeeze(-1).square() * zCoefficient;
    }

    /// <summary>Entropy of the predicted distribution of each row.</summary>
    /// <param name="logits">[n, v].</param>
    /// <returns>[n] entropies in nats.</returns>
    public static Tensor Entropy(Tensor logits)
    {
        var logProbabilities = (logits.dtype == ScalarType.Float64 ? logits : logits.@float()).log_softmax(-1);
        return (logProbabilities.exp() * logProbabilities).sum(-1).neg();
    }
}
