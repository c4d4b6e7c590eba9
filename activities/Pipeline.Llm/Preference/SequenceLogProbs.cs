using static TorchSharp.torch;

namespace Pipeline.Llm.Preference;

/// <summary>Log-probabilities of the supervised tokens of each sequence of a micro-batch.</summary>
/// <param name="Sum">[n] sums in nats.</param>
/// <param name="Tokens">[n] supervised tokens.</param>
/// <param name="Correct">Tokens that were the most likely prediction.</param>
/// <param name="Entropy">Sum of the entropies of the predictions.</param>
internal sealed record SequenceLogProbs(Tensor Sum, Tensor Tokens, double Correct, double Entropy)
{
    /// <summary>[n] means a token.</summary>
    public Tensor Mean => Sum / Tokens;

    /// <summary>Every second entry, from a first one: chosen answers are even, rejected ones odd.</summary>
    public static Tensor Every(Tensor values, int first) => values.slice(0, first, values.size(0), 2);
}
