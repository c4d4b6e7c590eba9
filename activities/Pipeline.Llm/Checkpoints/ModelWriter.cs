using System.Text.Json.Nodes;
using Pipeline.Llm.Models;
using static TorchSharp.torch;

namespace Pipeline.Llm.Checkpoints;

/// <summary>Writes a model directory in Hugging Face layout.</summary>
public static class ModelWriter
{
    // Never code, never weights of another format.
    private static readonly string[] Carried =
    [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json",
        "merges.txt",
        "chat_template.jinja", "chat_template.json", "generation_config.json", "LICENSE", "LICENSE.txt", "NOTICE",
    ];

    /// <summary>
    /// Writes the base weights as they are now (merged adapters included), the configuration and the tokenizer's files.
    /// </summary>
    /// <param name="model">A model without quantised weights.</param>
    /// <param name="directory">Target; made if it is missing.</param>
    /// <param name="shardBytes">Size above which the weights are split into files.</param>
    /// <exception cref="InvalidOperationException">Some weights are in few bits, or the target is the
    /// source.</exception>
    /// <remarks>
    /// The configuration is written before the weights, and each file appears under its name when it is complete.
    /// </remarks>
    public static void Save(CausalLanguageModel model, string directory, long shardBytes = ModelShards.UsualBytes)
    {
        if (model.Slots.Values.FirstOrDefault(slot => slot.Quantized is not null) is { } quantized)
        {
            throw new InvalidOperationException(
                $"{quantized.Name} is quantised; load the model without quantisation to write it");
        }

        if (Path.GetFullPath(directory) == Path.GetFullPath(model.SourceDirectory))
        {
            throw new InvalidOperationException($"{directory} is where the model was loaded from; write elsewhere");
        }

        Directory.CreateDirectory(directory);
        var head = model.Slots[ModelShapes.Head].Weight;
        var untied = model.Config.TieEmbeddings && !ReferenceEquals(head, model.Slots[ModelShapes.Embedding].Weight);
        WriteConfig(model, directory, untied);
        foreach (var name in Carried.Where(name => File.Exists(Path.Combine(model.SourceDirectory, name))))
        {
            File.Copy(Path.Combine(model.SourceDirectory, name), Path.Combine(directory, name), overwrite: true);
        }

        ModelShards.Write(directory, model.Parameters.Select(p => TensorItem.Of(p.Name, p.Value)), shardBytes);
    }

    private static void WriteConfig(CausalLanguageModel model, string directory, bool untied)
    {
        // the reader accepted it
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(model.SourceDirectory, "config.json")))!.AsObject();
        var key = json.ContainsKey("torch_dtype") ? "torch_dtype" : "dtype";
        json[key] = model.DType switch
        {
            ScalarType.BFloat16 => "bfloat16",
            ScalarType.Float16 => "float16",
            ScalarType.Float64 => "float64",
            _ => "float32",
        };
        if (untied)
        {
            json["tie_word_embeddings"] = false;
        }

        File.WriteAllText(
            Path.Combine(directory, "config.json"), json.ToJsonString(new() { WriteIndented = true }) + "\n");
    }
}
