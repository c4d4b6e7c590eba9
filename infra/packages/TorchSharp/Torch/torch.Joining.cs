namespace TorchSharp;

public static partial class torch
{
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => Aten.Cat.Call(tensors.ToArray(), dim);

    public static Tensor cat(Tensor[] tensors, long dim = 0) => Aten.Cat.Call(tensors, dim);

    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0) => Aten.Cat.Call(tensors.ToArray(), dim);

    public static Tensor concat(IList<Tensor> tensors, long dim = 0) => cat(tensors, dim);

    public static Tensor concat(Tensor[] tensors, long dim = 0) => cat(tensors, dim);

    public static Tensor concat(ReadOnlySpan<Tensor> tensors, long dim = 0) => cat(tensors, dim);

    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => Aten.Stack.Call(tensors.ToArray(), dim);

    public static Tensor hstack(IList<Tensor> tensors) => Aten.Hstack.Call(tensors.ToArray());

    public static Tensor hstack(params Tensor[] tensors) => Aten.Hstack.Call(tensors);

    public static Tensor vstack(IList<Tensor> tensors) => Aten.Vstack.Call(tensors.ToArray());

    public static Tensor vstack(params Tensor[] tensors) => Aten.Vstack.Call(tensors);

    public static Tensor block_diag(params Tensor[] tensors) => Aten.BlockDiag.Call(tensors);

    public static Tensor cartesian_prod(params Tensor[] tensors) => Aten.CartesianProd.Call(tensors);

    public static IList<Tensor> broadcast_tensors(params Tensor[] tensors) => Aten.BroadcastTensors.CallMany(tensors);

    public static Tensor[] meshgrid(IEnumerable<Tensor> tensors, string indexing = "ij") =>
        Aten.Meshgrid_Indexing.CallMany(tensors.ToArray(), indexing);

    public static Tensor einsum(string equation, params Tensor[] tensors) =>
        Aten.Einsum.Call(equation, tensors);

    public static Tensor where(Tensor condition, Tensor x, Tensor y) => Aten.Where_Self.Call(condition, x, y);

    public static Tensor clone(Tensor input) => input.clone();

    public static Tensor polar(Tensor abs, Tensor angle) => Aten.Polar.Call(abs, angle);
}
