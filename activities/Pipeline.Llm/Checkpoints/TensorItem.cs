using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Checkpoints;

/// <summary>Makes items of a safetensors file from tensors.</summary>
public static class TensorItem
{
    /// <summary>An item that writes a tensor's memory; the tensor must live until the file is written.</summary>
    /// <param name="name">Tensor name.</param>
    /// <param name="value">A tensor on any device.</param>
    /// <returns>The item.</returns>
    /// <exception cref="ArgumentException">The format has no such element type.</exception>
    public static SafeTensorsItem Of(string name, Tensor value) =>
        new(name, TypeOf(value.dtype, name), value.shape, stream =>
        {
            using var local = value.detach().cpu().contiguous();
            local.WriteBytesToStream(stream, 1 << 20);
        });

    private static SafeTensorsDType TypeOf(ScalarType type, string name) => type switch
    {
        ScalarType.Float32 => SafeTensorsDType.F32,
        ScalarType.Float64 => SafeTensorsDType.F64,
        ScalarType.BFloat16 => SafeTensorsDType.BF16,
        ScalarType.Float16 => SafeTensorsDType.F16,
        ScalarType.Int64 => SafeTensorsDType.I64,
        ScalarType.Int32 => SafeTensorsDType.I32,
        ScalarType.Int8 => SafeTensorsDType.I8,
        ScalarType.Byte => SafeTensorsDType.U8,
        ScalarType.Bool => SafeTensorsDType.BOOL,
        _ => throw new ArgumentException($"tensor '{name}' is {type}, which is not written", nameof(type)),
    };
}
