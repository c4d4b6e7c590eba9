using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Optimizers;

/// <summary>The arithmetic of one optimizer on one parameter.</summary>
internal interface IUpdateRule
{
    /// <summary>Changes the weights in place; gradients are off and a dispose scope is open.</summary>
    /// <param name="weights">Float32 (or float64) weights.</param>
    /// <param name="gradient">Gradient of the same type and shape.</param>
    /// <param name="state">The parameter's memory; its step already counts this update.</param>
    /// <param name="rate">Learning rate of this update.</param>
    /// <param name="weightDecay">Weight decay of the parameter's group.</param>
    void Update(Tensor weights, Tensor gradient, ParameterState state, double rate, double weightDecay);
}
