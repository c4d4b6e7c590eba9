using static TorchSharp.torch;

namespace Pipeline.Evaluation.Scoring;

/// <summary>Copies of tensors as arrays.</summary>
internal static class TensorCopy
{
    /// <summary>
    /// The elements in row-major order; an accessor left to the collector would keep its tensor alive.
    /// </summary>
    public static T[] ToArray<T>(this Tensor tensor)
        where T : unmanaged
    {
        using var local = tensor.cpu();
        using var accessor = local.data<T>();
        return accessor.ToArray();
    }
}
