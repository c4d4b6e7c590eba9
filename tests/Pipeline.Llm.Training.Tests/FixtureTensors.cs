using Pipeline.Llm.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Tests;

/// <summary>Reads tensors of a fixture file.</summary>
internal static class FixtureTensors
{
    public static Tensor Read(SafeTensorsFile file, string name)
    {
        var entry = file.Entry(name);
        var type = entry.DType switch
        {
            SafeTensorsDType.F64 => ScalarType.Float64,
            SafeTensorsDType.I64 => ScalarType.Int64,
            SafeTensorsDType.F32 => ScalarType.Float32,
            _ => throw new InvalidDataException($"{name} is {entry.DType}"),
        };
        var result = empty(entry.Shape.ToArray(), type);
        result.bytes = file.Bytes(name).ToArray();
        return result;
    }

    /// <summary>
    /// The largest difference; infinity when a number is missing, because a NaN would pass for small.
    /// </summary>
    public static double Gap(Tensor a, Tensor b)
    {
        a.shape.ShouldBe(b.shape);
        var gap = (a.to(float64) - b.to(float64)).abs().max().ToDouble();
        return double.IsNaN(gap) ? double.PositiveInfinity : gap;
    }
}
