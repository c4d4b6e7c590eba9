using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Modules;

/// <summary>Row norms of W + s·B·A without building that matrix.</summary>
/// <remarks>
/// ‖w + s·b·A‖² = ‖w‖² + 2s·b·(A·w) + s²·b·(A·Aᵀ)·b per row;
/// ‖w‖² is kept because W is frozen. Source: arXiv 2402.09353.
/// </remarks>
internal static class DoraNorm
{
    /// <summary>
    /// Stands for the norm of a row of zeros: magnitude 0 over it is 0, so that such a row stays zero and does not
    /// become NaN.
    /// </summary>
    public const double Smallest = 1e-12;

    /// <summary>Norms [out] in the type of A, detached.</summary>
    public static Tensor Of(ModuleSlot slot, ModuleAdapter adapter, Tensor a, Tensor b)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var weight = slot.DenseWeight();
        adapter.BaseSquares ??= weight.to(a.dtype).pow(2).sum(1).DetachFromDisposeScope();
        // The cross term is small beside the squares, so the precision of the weight is enough for it.
        var cross = (weight.matmul(a.t().to(weight.dtype)).to(a.dtype) * b).sum(1);
        var own = (b.matmul(a.matmul(a.t())) * b).sum(1);
        var squares = adapter.BaseSquares + 2 * adapter.Scaling * cross + adapter.Scaling * adapter.Scaling * own;
        return squares.clamp_(0).sqrt().clamp_(Smallest).MoveToOuterDisposeScope();
    }
}
