using Pipeline.Llm.Configuration;
using Pipeline.Llm.Models;

namespace Pipeline.Llm.Peft;

/// <summary>Names and shapes of an adapter's tensors as they are on disk.</summary>
public static class AdapterShapes
{
    /// <summary>Prefix of every tensor name in <c>adapter_model.safetensors</c>.</summary>
    public const string Prefix = "base_model.model.";

    /// <summary>The tensors that an adapter consists of, without those that are copies of the base.</summary>
    /// <param name="config">Adapter configuration.</param>
    /// <param name="model">Configuration of the base model.</param>
    /// <returns>Names on disk without <see cref="Prefix"/>, and shapes.</returns>
    public static IEnumerable<(string Name, long[] Shape)> Trainable(LoraConfig config, ModelConfig model)
    {
        var targets = TargetMatcher.Find(config, model);
        foreach (var target in targets)
        {
            if (target.IsEmbedding)
            {
                yield return ($"{target.Module}.lora_embedding_A", [target.Rank, target.Input]);
                yield return ($"{target.Module}.lora_embedding_B", [target.Output, target.Rank]);
            }
            else
            {
                yield return ($"{target.Module}.lora_A.weight", [target.Rank, target.Input]);
                yield return ($"{target.Module}.lora_B.weight", [target.Output, target.Rank]);
                if (config.LoraHasBias)
                {
                    yield return ($"{target.Module}.lora_B.bias", [target.Output]);
                }
            }

            if (config.UseDora)
            {
                yield return ($"{target.Module}.lora_magnitude_vector", [target.Output]);
            }
        }

        var adapted = targets.Select(target => target.Module).ToHashSet(StringComparer.Ordinal);
        foreach (var linear in ModelShapes.Linears(model).Where(linear => linear.HasBias))
        {
            if (config.Bias != LoraBias.None && adapted.Contains(linear.Name))
            {
                yield return ($"{linear.Name}.base_layer.bias", [linear.Output]);
            }
            else if (config.Bias == LoraBias.All)
            {
                yield return ($"{linear.Name}.bias", [linear.Output]);
            }
        }

        foreach (var (name, shape) in Saved(config, model))
        {
            yield return (name, shape);
        }

        if (config.TrainableTokenIndices.Count > 0)
        {
            yield return ($"{ModelShapes.Embedding}.token_adapter.trainable_tokens_delta",
                [config.TrainableTokenIndices.Count, model.HiddenSize]);
        }
    }

    /// <summary>Number of trainable parameters.</summary>
    /// <param name="config">Adapter configuration.</param>
    /// <param name="model">Configuration of the base model.</param>
    /// <returns>Elements of all trainable tensors.</returns>
    public static long ParameterCount(LoraConfig config, ModelConfig model) =>
        Trainable(config, model).Sum(tensor => tensor.Shape.Aggregate(1L, (product, size) => product * size));

    /// <summary>The line that people expect: trainable, all, and the share.</summary>
    /// <param name="config">Adapter configuration.</param>
    /// <param name="model">Configuration of the base model.</param>
    /// <returns>One line; the share counts base and adapter parameters.</returns>
    public static string Describe(LoraConfig config, ModelConfig model)
    {
        var trainable = ParameterCount(config, model);
        var all = ModelShapes.ParameterCount(model) + trainable;
        return $"trainable params: {trainable:N0} || all params: {all:N0} || trainable%: {100.0 * trainable / all:F4}";
    }

    private static IEnumerable<(string Name, long[] Shape)> Saved(LoraConfig config, ModelConfig model)
    {
        foreach (var entry in config.ModulesToSave)
        {
            var tied = model.TieEmbeddings && TargetMatcher.Names(entry, ModelShapes.Head);
            var found = ModelShapes.Tensors(model)
                .Where(tensor => TargetMatcher.Names(entry, tensor.Name[..tensor.Name.LastIndexOf('.')])).ToList();
            if (found.Count == 0)
            {
                throw new InvalidDataException(tied
                    ? "modules_to_save names lm_head, but the model ties it to embed_tokens; name embed_tokens, or "
                        + "untie the model first"
                    : $"modules_to_save names '{entry}', which is not in the base model");
            }

            foreach (var tensor in found)
            {
                yield return tensor;
            }
        }
    }
}
