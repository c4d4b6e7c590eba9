using static TorchSharp.torch;

namespace Pipeline.Llm.Kernels;

/// <summary>What the head says about some target tokens.</summary>
/// <param name="Loss">Loss of each row [n] in nats, float32 (float64 for a float64 model); differentiable.</param>
/// <param name="Correct">Whether the target is the most likely token [n]; boolean.</param>
/// <param name="Entropy">Entropy of the predicted distribution [n] in nats; not differentiable.</param>
public sealed record TokenLoss(Tensor Loss, Tensor Correct, Tensor Entropy);
