using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Configuration;
using Pipeline.Llm.Models;
using Pipeline.Llm.Modules;
using Pipeline.Llm.Peft;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Llm.Merging;

/// <summary>
/// Merges an adapter into a base file by file and tensor by tensor, so that a model larger than memory can be merged.
/// </summary>
/// <remarks>
/// The arithmetic is that of <see cref="AdapterMerge"/>: float64, rounded once. Files keep their names, tensors their
/// order, and tensors without an adapter their bytes. Resident are the adapter and one weight, next to its float64
/// copy.
/// </remarks>
public static class ShardMerge
{
    private static readonly string[] Carried =
    [
        "config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "vocab.json", "merges.txt",
        "chat_template.jinja", "generation_config.json", "LICENSE", "NOTICE", "model.safetensors.index.json",
    ];

    /// <summary>Merges.</summary>
    /// <param name="baseDirectory">The base model, one file or shards.</param>
    /// <param name="adapterDirectory">An adapter of linear modules: LoRA, rsLoRA or DoRA.</param>
    /// <param name="output">Target directory; made if it is missing.</param>
    /// <param name="progress">Receives the tensors written so far, or null.</param>
    /// <param name="cancellationToken">Stops between two tensors; a file that is not complete does not appear.</param>
    /// <exception cref="InvalidDataException">The adapter does not fit the base, or changes more than linear
    /// weights.</exception>
    public static void Run(
        string baseDirectory, string adapterDirectory, string output, IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var (config, model) = (LoraConfigJson.Read(adapterDirectory), ModelConfigReader.Read(baseDirectory));
        Check(config, adapterDirectory);
        if (Path.GetFullPath(output) == Path.GetFullPath(baseDirectory))
        {
            throw new InvalidDataException($"{output} is the base model; merge into another directory");
        }

        using var mode = no_grad();
        using var scope = NewDisposeScope();
        using var files = WeightFiles.Open(baseDirectory);
        var tensors = AdapterFile.Read(
            adapterDirectory, [.. AdapterShapes.Trainable(config, model)], ScalarType.Float32,
            WeightFingerprint.Of(files));
        var targets = TargetMatcher.Find(config, model)
            .ToDictionary(target => target.Module + ".weight", StringComparer.Ordinal);
        Directory.CreateDirectory(output);
        foreach (var name in Carried.Where(name => File.Exists(Path.Combine(baseDirectory, name))))
        {
            File.Copy(Path.Combine(baseDirectory, name), Path.Combine(output, name), overwrite: true);
        }

        var written = 0;
        foreach (var file in files.Files)
        {
            SafeTensorsWriter.Write(Path.Combine(output, Path.GetFileName(file.Path)), file.Header.Entries.Select(Item),
                file.Header.Metadata);

            SafeTensorsItem Item(SafeTensorsEntry entry) => new(entry.Name, entry.DType, entry.Shape, stream =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                Write(file, entry, targets.GetValueOrDefault(entry.Name), tensors, stream);
                progress?.Report(++written);
            });
        }
    }

    private static void Check(LoraConfig config, string directory)
    {
        var others = new List<string>();
        others.AddRange(config.ModulesToSave.Select(module => $"modules_to_save '{module}'"));
        others.AddRange(config.Bias != LoraBias.None || config.LoraHasBias ? ["bias"] : []);
        others.AddRange(config.TrainableTokenIndices.Count > 0 ? ["trainable_token_indices"] : []);
        others.AddRange(config.TargetModules.Contains("embed_tokens", StringComparer.Ordinal) ? ["an embedding"] : []);
        if (others.Count > 0)
        {
            throw new InvalidDataException(
                $"{directory} changes {string.Join(", ", others)}; merge it in memory instead");
        }
    }

    private static void Write(SafeTensorsFile file, SafeTensorsEntry entry, LoraTarget? target,
        Dictionary<string, Tensor> adapter, Stream stream)
    {
        if (target is null)
        {
            Copy(file, entry, stream);
            return;
        }

        using var scope = NewDisposeScope();
        var weight = WeightLoader.Read(file, entry.Name, entry.Shape);
        var stored = weight.dtype; // the parameter takes the tensor over
        var slot = new ModuleSlot(target.Module, new Parameter(weight, requires_grad: false), bias: null);
        var merged = MergedModule.Weight(slot, Of(target, adapter), stored)
            ?? throw new InvalidOperationException($"{target.Module} has an adapter without a change");
        TensorItem.Of(entry.Name, merged).Write(stream);
    }

    private static ModuleAdapter Of(LoraTarget target, Dictionary<string, Tensor> tensors) => new(
        new AdapterSwitch("merge", 0))
    {
        A = new Parameter(tensors[$"{target.Module}.lora_A.weight"], requires_grad: false),
        B = new Parameter(tensors[$"{target.Module}.lora_B.weight"], requires_grad: false),
        Magnitude = tensors.TryGetValue($"{target.Module}.lora_magnitude_vector", out var magnitude)
            ? new Parameter(magnitude, requires_grad: false) : null,
        Scaling = target.Scaling,
    };

    private static void Copy(SafeTensorsFile file, SafeTensorsEntry entry, Stream stream)
    {
        var buffer = new byte[(int)Math.Min(entry.Bytes, 1 << 20)];
        for (var position = 0L; position < entry.Bytes; position += buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, entry.Bytes - position));
            file.CopyTo(entry, position, part);
            stream.Write(part);
        }
    }
}
