using static TorchSharp.torch;

namespace Pipeline.Llm.Preference;

/// <summary>Summed log-probabilities of the answers of a batch of pairs, in nats.</summary>
/// <param name="PolicyChosen">[n] under the model in training.</param>
/// <param name="PolicyRejected">[n] under the model in training.</param>
/// <param name="ReferenceChosen">[n] under the frozen model.</param>
/// <param name="ReferenceRejected">[n] under the frozen model.</param>
/// <param name="ChosenTokens">[n] scored tokens.</param>
/// <param name="RejectedTokens">[n] scored tokens.</param>
public sealed record PreferenceLogProbs(
    Tensor PolicyChosen, Tensor PolicyRejected, Tensor ReferenceChosen, Tensor ReferenceRejected, Tensor ChosenTokens,
    Tensor RejectedTokens);
