using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Optimizers;

/// <summary>Limits the norm of all gradients together.</summary>
public static class GradientClipping
{
    /// <summary>Divides the gradients by a scale, measures their norm and scales them down when it is too large.</summary>
    /// <param name="parameters">Trainable tensors; those without a gradient are left out.</param>
    /// <param name="maximum">Largest norm; infinity for no limit.</param>
    /// <param name="lossScale">What the loss was multiplied with.</param>
    /// <returns>The L2 norm before clipping, not finite when a gradient is not; the gradients then stay as they are.</returns>
    /// <remarks>The factor is min(1, maximum / (norm + 1e-6)), as in PyTorch.</remarks>
    public static double Clip(IEnumerable<NamedParameter> parameters, double maximum, double lossScale = 1)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var gradients = parameters.Select(parameter => parameter.Value.grad).OfType<Tensor>().ToList();
        if (gradients.Count == 0)
        {
            return 0;
        }

        // Norms of float32 sums; collected on the device so that there is one transfer a step.
        var norms = stack(gradients.Select(gradient => linalg.vector_norm(gradient.dtype == ScalarType.Float64 ? gradient : gradient.@float())));
        var norm = linalg.vector_norm(norms).ToDouble() / lossScale;
        var factor = Math.Min(1, maximum / (norm + 1e-6)) / lossScale;
        if (double.IsFinite(norm) && factor != 1)
        {
            gradients.ForEach(gradient => gradient.mul_(factor));
        }

        return norm;
    }
}
