using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Configuration;
using Pipeline.Llm.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Models;

/// <summary>
/// Brings the tensors of a checkpoint into memory after comparing all names and shapes with the configuration.
/// </summary>
internal static class WeightLoader
{
    private const int Differences = 5;

    /// <summary>The expected tensors; the files must stay open while a tensor lies over them.</summary>
    public static Dictionary<string, Tensor> Load(
        WeightFiles files, ModelConfig config, ScalarType type, DevicePlacement placement, Action<string>? log)
    {
        var expected = ModelShapes.Tensors(config)
            .ToDictionary(tensor => tensor.Name, tensor => tensor.Shape, StringComparer.Ordinal);
        Check(files, expected, config, log);
        var loaded = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, shape) in expected)
        {
            using var scope = NewDisposeScope();
            var file = files.FileOf(name);
            var stored = Read(file, name, shape);
            loaded[name] = stored.to(type).to(placement.Of(name)).DetachFromDisposeScope();
            if (stored.dtype != type || placement.Of(name).type != DeviceType.CPU)
            {
                file.Release(file.Entry(name));
            }
        }

        return loaded;
    }

    /// <summary>A tensor over the mapped file where that is possible, else a copy.</summary>
    internal static unsafe Tensor Read(SafeTensorsFile file, string name, long[] shape)
    {
        var entry = file.Entry(name);
        var type = TypeOf(entry, file.Path);
        var address = (nint)file.Pointer(entry);
        var aligned = address % Math.Max(1, entry.Bytes / Math.Max(1, entry.Count)) == 0;
        if (aligned && TorchExtras.Current.OverMemory(address, shape, type) is { } mapped)
        {
            return mapped;
        }

        var copy = empty(shape, type);
        if (entry.Bytes <= int.MaxValue)
        {
            file.CopyTo(entry, 0, copy.bytes);
        }
        else
        {
            using var stream = new UnmanagedMemoryStream(file.Pointer(entry), entry.Bytes);
            copy.ReadBytesFromStream(stream, 1 << 20);
        }

        return copy;
    }

    /// <summary>The element type in which a model directory keeps its weights: that of the embedding.</summary>
    internal static ScalarType StoredType(string directory)
    {
        const string Name = $"{ModelShapes.Embedding}.weight";
        using var files = WeightFiles.Open(directory);
        var file = files.FileOf(Name);
        return TypeOf(file.Entry(Name), file.Path);
    }

    internal static ScalarType TypeOf(SafeTensorsEntry entry, string path) => entry.DType switch
    {
        SafeTensorsDType.F32 => ScalarType.Float32,
        SafeTensorsDType.BF16 => ScalarType.BFloat16,
        SafeTensorsDType.F16 => ScalarType.Float16,
        SafeTensorsDType.F64 => ScalarType.Float64,
        _ =>
            throw new InvalidDataException(
                $"{path}: tensor '{entry.Name}' has element type {entry.DType}; weights are F32, BF16, F16 or F64"),
    };

    private static void Check(
        WeightFiles files, Dictionary<string, long[]> expected, ModelConfig config, Action<string>? log)
    {
        var problems = new List<string>();
        foreach (var (name, shape) in expected)
        {
            if (!files.Contains(name))
            {
                problems.Add($"'{name}' {Text(shape)} is missing");
            }
            else if (!files.FileOf(name).Entry(name).Shape.AsSpan().SequenceEqual(shape))
            {
                problems.Add(
                    $"'{name}' is {Text(files.FileOf(name).Entry(name).Shape)}, config.json says {Text(shape)}");
            }
        }

        foreach (var name in files.Names.Where(name => !expected.ContainsKey(name)).Order(StringComparer.Ordinal))
        {
            if ((config.TieEmbeddings && name == $"{ModelShapes.Head}.weight")
                || name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal))
            {
                log?.Invoke($"{files.Directory}: tensor '{name}' is derived from others and ignored");
            }
            else
            {
                problems.Add($"'{name}' is not a tensor of this model");
            }
        }

        if (problems.Count > 0)
        {
            var more = problems.Count > Differences ? "; …" : "";
            throw new InvalidDataException(
                $"{files.Directory}: the weights do not fit config.json in {problems.Count} places: "
                + $"{string.Join("; ", problems.Take(Differences))}{more}");
        }
    }

    private static string Text(long[] shape) => $"[{string.Join(", ", shape)}]";
}
