using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests;

/// <summary>Numbers for assertions.</summary>
internal static class TensorChecks
{
    /// <summary>The largest magnitude; infinity when a number is missing, because a NaN would pass for small.</summary>
    public static double Largest(this Tensor tensor)
    {
        var largest = tensor.detach().to(ScalarType.Float64).abs().max().item<double>();
        return double.IsNaN(largest) ? double.PositiveInfinity : largest;
    }

    /// <summary>
    /// The largest difference over the largest magnitude of the reference; infinity when a number is missing in either.
    /// </summary>
    public static double Gap(this Tensor tensor, Tensor reference)
    {
        var gap = (tensor.detach().to(ScalarType.Float64) - reference.detach().to(ScalarType.Float64)).Largest();
        return double.IsFinite(gap) ? gap / Math.Max(reference.Largest(), 1e-3) : double.PositiveInfinity;
    }
}
