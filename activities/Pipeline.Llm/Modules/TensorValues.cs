using static TorchSharp.torch;

namespace Pipeline.Llm.Modules;

/// <summary>Copies of tensors as arrays.</summary>
internal static class TensorValues
{
    /// <summary>
    /// The elements in row-major order; unlike an accessor that is left to the collector, no tensor stays behind.
    /// </summary>
    public static T[] Values<T>(this Tensor tensor)
        where T : unmanaged
    {
        using var local = tensor.cpu();
        using var accessor = local.data<T>();
        return accessor.ToArray();
    }
}
