using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Optimizers;

/// <summary>One parameter of a step.</summary>
/// <param name="Weights">Float32 (or float64) weights; changed in place.</param>
/// <param name="Gradient">Gradient of the same type and shape.</param>
/// <param name="State">The parameter's memory; its step already counts this update.</param>
internal sealed record ParameterUpdate(Tensor Weights, Tensor Gradient, ParameterState State);
