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

    public static double Gap(Tensor a, Tensor b)
    {
        a.shape.ShouldBe(b.shape);
        return (a.to(float64) - b.to(float64)).abs().max().ToDouble();
    }
}
