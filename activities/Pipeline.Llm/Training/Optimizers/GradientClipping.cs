using Pipeline.Llm.Kernels;
using Pipeline.Llm.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Optimizers;

/// <summary>Limits the norm of all gradients together.</summary>
public static class GradientClipping
{
    /// <summary>Divides the gradients by a scale, measures their norms and scales them down when the total is too
    /// large.</summary>
    /// <param name="parameters">Trainable tensors.</param>
    /// <param name="maximum">Largest norm; infinity for no limit.</param>
    /// <param name="lossScale">What the loss was multiplied with.</param>
    /// <returns>Norms without the scale; gradients that are not finite stay as they are.</returns>
    /// <remarks>The factor is min(1, maximum / (norm + 1e-6)), as in PyTorch.</remarks>
    public static GradientNorms Clip(IReadOnlyList<NamedParameter> parameters, double maximum, double lossScale = 1)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var gradients = parameters.Select(parameter => parameter.Value.grad).ToList();
        var present = gradients.OfType<Tensor>().ToList();
        if (present.Count == 0)
        {
            return new(0, [.. parameters.Select(p => (p.Name, 0.0))]);
        }

        // Collected on the device, so that there is one transfer a step.
        var norms = TorchExtras.Current.Norms(present);
        var values = norms.to(float64).Values<double>();
        var total = Math.Sqrt(values.Sum(static value => value * value)) / lossScale;
        var factor = Math.Min(1, maximum / (total + 1e-6)) / lossScale;
        if (double.IsFinite(total) && factor != 1)
        {
            TorchExtras.Current.Scale(present, factor);
        }

        var next = 0;
        return new(
            total, [.. parameters.Select((p, i) => (p.Name, gradients[i] is null ? 0.0 : values[next++] / lossScale))]);
    }
}
