using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>
/// Applies an index expression as Python's does: basic entries become views, tensor entries are collected.
/// </summary>
internal static class IndexExpression
{
    /// <returns>A view owned by the caller, and the tensor indices per dimension (empty when there are none).</returns>
    public static (Tensor View, Tensor?[] Tensors) Apply(Tensor source, TensorIndex[] indices)
    {
        var view = Tensor.UnsafeCreateTensor(Native.shim_tensor_share(source.Handle));
        var tensors = new List<Tensor?>();
        var dimension = 0;
        var maskDimensions = 0;
        foreach (var index in indices)
        {
            switch (index.kind)
            {
                case TensorIndex.IndexKind.Single:
                    Replace(ref view, view.select(dimension, index.start ?? 0));
                    break;
                case TensorIndex.IndexKind.Slice:
                    Replace(ref view, Sliced(view, dimension, index));
                    Pad(tensors, ++dimension - maskDimensions);
                    break;
                case TensorIndex.IndexKind.None or TensorIndex.IndexKind.Null:
                    Replace(ref view, view.unsqueeze(dimension));
                    Pad(tensors, ++dimension - maskDimensions);
                    break;
                case TensorIndex.IndexKind.Ellipsis:
                    dimension += (int)view.ndim - dimension - Consumed(indices);
                    Pad(tensors, dimension - maskDimensions);
                    break;
                case TensorIndex.IndexKind.Bool:
                    Replace(ref view, view.unsqueeze(dimension));
                    tensors.Add(torch.tensor(index.start != 0, device: view.device).reshape(1));
                    dimension++;
                    break;
                default:
                    var tensor = index.tensor ?? throw new ArgumentException("a tensor index without a tensor");
                    tensors.Add(tensor);
                    // A mask of n dimensions is one entry that stands for n.
                    var taken = tensor.dtype == ScalarType.Bool ? (int)tensor.ndim : 1;
                    maskDimensions += taken - 1;
                    dimension += taken;
                    break;
            }
        }

        return (view, tensors.TrueForAll(static t => t is null) ? [] : tensors.ToArray());
    }

    private static Tensor Sliced(Tensor view, int dimension, TensorIndex index) =>
        Aten.Slice_Tensor.Call(view, (long)dimension, index.start, index.stop, index.step ?? 1);

    /// <summary>
    /// Dimensions that the entries after the ellipsis, and those not yet applied, take from the source.
    /// </summary>
    private static int Consumed(TensorIndex[] indices)
    {
        var ellipsis = Array.FindIndex(indices, static i => i.kind == TensorIndex.IndexKind.Ellipsis);
        var count = 0;
        foreach (var index in indices.AsSpan(ellipsis + 1))
        {
            count += index.kind switch
            {
                TensorIndex.IndexKind.Single or TensorIndex.IndexKind.Slice => 1,
                TensorIndex.IndexKind.Tensor => index.tensor is { dtype: ScalarType.Bool } mask ? (int)mask.ndim : 1,
                _ => 0,
            };
        }

        return count;
    }

    private static void Pad(List<Tensor?> tensors, int dimension)
    {
        while (tensors.Count < dimension)
        {
            tensors.Add(null);
        }
    }

    private static void Replace(ref Tensor view, Tensor next)
    {
        view.Dispose();
        view = next;
    }
}
