using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Peft;

/// <summary>Reads and writes <c>adapter_model.safetensors</c>.</summary>
internal static class AdapterFile
{
    public const string FileName = "adapter_model.safetensors";

    private const int Differences = 5;
    private const string FingerprintKey = "base_fingerprint";
    private const string BaseEmbedding = ModelShapes.Embedding + ".base_layer.weight";

    /// <summary>
    /// Reads every expected tensor, by name without the prefix, after comparing all names and shapes.
    /// </summary>
    /// <exception cref="InvalidDataException">Something differs; the first five differences are listed.</exception>
    public static Dictionary<string, Tensor> Read(
        string directory, IReadOnlyList<(string Name, long[] Shape)> expected, ScalarType type, string? fingerprint)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{directory} has no {FileName}; other weight files are not read");
        }

        using var file = SafeTensorsFile.Open(path);
        return Read(file, expected, type, fingerprint);
    }

    /// <summary>Reads every expected tensor of an open file.</summary>
    /// <exception cref="InvalidDataException">Something differs; the first five differences are listed.</exception>
    public static Dictionary<string, Tensor> Read(
        SafeTensorsFile file, IReadOnlyList<(string Name, long[] Shape)> expected, ScalarType type, string? fingerprint)
    {
        var problems = Problems(file, expected, fingerprint);
        var found = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, shape) in problems.Count == 0 ? expected : [])
        {
            using var scope = NewDisposeScope();
            var values = WeightLoader.Read(file, AdapterShapes.Prefix + name, shape).to(type, copy: true);
            if (!values.isfinite().all().item<bool>())
            {
                problems.Add($"'{name}' holds numbers that are not finite");
            }

            found[name] = values.DetachFromDisposeScope();
        }

        return problems.Count == 0 ? found : throw Refusal(file, problems);
    }

    /// <summary>What names, shapes and the recorded base have against a file.</summary>
    public static List<string> Problems(
        SafeTensorsFile file, IReadOnlyList<(string Name, long[] Shape)> expected, string? fingerprint)
    {
        var problems = Compare(file, expected).ToList();
        if (fingerprint is not null && file.Header.Metadata.TryGetValue(FingerprintKey, out var recorded)
            && recorded != fingerprint)
        {
            problems.Add(
                $"it was trained on another base model ({recorded[..Math.Min(12, recorded.Length)]}…, this one is "
                    + $"{fingerprint[..12]}…)");
        }

        return problems;
    }

    /// <summary>The error for a file with problems.</summary>
    public static InvalidDataException Refusal(SafeTensorsFile file, List<string> problems) => new(
        $"{file.Path} does not fit in {problems.Count} places: "
            + $"{string.Join("; ", problems.Take(Differences))}{(problems.Count > Differences ? "; …" : "")}");

    /// <summary>Writes float32 tensors (float64 stays) with the fingerprint of the base.</summary>
    public static void Write(string directory, IEnumerable<(string Name, Tensor Value)> tensors, string? fingerprint)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" };
        if (fingerprint is not null)
        {
            metadata[FingerprintKey] = fingerprint;
        }

        SafeTensorsWriter.Write(
            Path.Combine(directory, FileName),
            tensors.Select(pair => TensorItem.Of(AdapterShapes.Prefix + pair.Name, pair.Value)), metadata);
    }

    private static IEnumerable<string> Compare(
        SafeTensorsFile file, IReadOnlyList<(string Name, long[] Shape)> expected)
    {
        var known = expected.Select(tensor => AdapterShapes.Prefix + tensor.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, shape) in expected)
        {
            if (!file.Contains(AdapterShapes.Prefix + name))
            {
                yield return $"'{AdapterShapes.Prefix}{name}' {Text(shape)} is missing";
            }
            else if (!file.Entry(AdapterShapes.Prefix + name).Shape.AsSpan().SequenceEqual(shape))
            {
                yield return $"'{name}' is {Text(file.Entry(AdapterShapes.Prefix + name).Shape)}, "
                    + $"{LoraConfigJson.FileName} and the base say {Text(shape)}";
            }
        }

        // PEFT adds a copy of the unchanged base embedding when that is targeted.
        foreach (var entry in file.Header.Entries.Where(
            entry => !known.Contains(entry.Name) && entry.Name != AdapterShapes.Prefix + BaseEmbedding))
        {
            yield return $"'{entry.Name}' {Text(entry.Shape)} is not expected";
        }
    }

    private static string Text(long[] shape) => $"[{string.Join(", ", shape)}]";
}
