namespace Pipeline.Llm.Checkpoints;

/// <summary>One tensor to write.</summary>
/// <param name="Name">Tensor name.</param>
/// <param name="DType">Element type.</param>
/// <param name="Shape">Dimensions.</param>
/// <param name="Write">Writes exactly the tensor's little-endian bytes to the stream.</param>
public sealed record SafeTensorsItem(string Name, SafeTensorsDType DType, long[] Shape, Action<Stream> Write)
{
    /// <summary>An item from bytes at hand.</summary>
    /// <param name="name">Tensor name.</param>
    /// <param name="dtype">Element type.</param>
    /// <param name="shape">Dimensions.</param>
    /// <param name="data">Little-endian bytes.</param>
    /// <returns>The item.</returns>
    public static SafeTensorsItem Of(string name, SafeTensorsDType dtype, long[] shape, byte[] data) =>
        new(name, dtype, shape, stream => stream.Write(data));

    /// <summary>Length in bytes.</summary>
    public long Bytes => checked(Shape.Aggregate(1L, (product, size) => checked(product * size)) * DType.Bits() / 8);
}
