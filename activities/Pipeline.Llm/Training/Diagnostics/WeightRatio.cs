using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Diagnostics;

/// <summary>How large an adapter's update is, relative to the weight that it changes.</summary>
public static class WeightRatio
{
    /// <summary>‖scaling · B·A‖ / ‖W‖ in Frobenius norms, without forming B·A.</summary>
    /// <param name="a">A [r, in].</param>
    /// <param name="b">B [out, r].</param>
    /// <param name="scaling">Scale of the update.</param>
    /// <param name="weightNorm">Frobenius norm of W.</param>
    /// <returns>The ratio.</returns>
    /// <remarks>‖B·A‖² = Σ (BᵀB) ∘ (AAᵀ), two r × r matrices.</remarks>
    public static double Of(Tensor a, Tensor b, double scaling, double weightNorm)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (wideA, wideB) = (a.to(float64), b.to(float64));
        var square = (wideB.t().matmul(wideB) * wideA.matmul(wideA.t())).sum().ToDouble();
        return scaling * Math.Sqrt(Math.Max(0, square)) / weightNorm;
    }
}
