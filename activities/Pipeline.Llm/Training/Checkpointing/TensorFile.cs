using Pipeline.Llm.Checkpoints;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Checkpointing;

/// <summary>Named tensors in one safetensors file.</summary>
internal static class TensorFile
{
    private const int BufferBytes = 1 << 20;

    private static readonly (ScalarType Type, SafeTensorsDType Stored)[] Types =
    [
        (ScalarType.Float32, SafeTensorsDType.F32), (ScalarType.Float64, SafeTensorsDType.F64),
        (ScalarType.BFloat16, SafeTensorsDType.BF16),
        (ScalarType.Float16, SafeTensorsDType.F16), (ScalarType.Byte, SafeTensorsDType.U8),
        (ScalarType.Int64, SafeTensorsDType.I64),
    ];

    public static void Write(Stream stream, IEnumerable<(string Name, Tensor Value)> tensors) =>
        SafeTensorsWriter.Write(stream, tensors.Select(static tensor => Item(tensor.Name, tensor.Value)));

    public static IReadOnlyList<(string Name, Tensor Value)> Read(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        return [.. file.Header.Entries.Select(entry => (entry.Name, Tensor(file, entry)))];
    }

    private static SafeTensorsItem Item(string name, Tensor value) =>
        new(name, Array.Find(Types, pair => pair.Type == value.dtype).Stored, value.shape, stream =>
        {
            using var scope = NewDisposeScope();
            value.detach().cpu().contiguous().WriteBytesToStream(stream, BufferBytes);
        });

    private static unsafe Tensor Tensor(SafeTensorsFile file, SafeTensorsEntry entry)
    {
        var result = empty(entry.Shape.ToArray(), Array.Find(Types, pair => pair.Stored == entry.DType).Type);
        using var source = new UnmanagedMemoryStream(file.Pointer(entry), entry.Bytes);
        result.ReadBytesFromStream(source, BufferBytes);
        return result;
    }
}
