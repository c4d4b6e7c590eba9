using Pipeline.Llm.Models;
using Pipeline.Llm.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Peft;

/// <summary>First values of a new adapter; every tensor follows from the generator and its place.</summary>
internal sealed class AdapterInitializer(
    CausalLanguageModel model, LoraConfig config, ScalarType type, Generator generator)
{
    /// <summary>Tensors by name without the prefix.</summary>
    public Dictionary<string, Tensor> Make(IReadOnlyList<(string Name, long[] Shape)> shapes)
    {
        var made = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, shape) in shapes)
        {
            made[name] = Value(name, shape, made).to(model.Placement.Of(name)).DetachFromDisposeScope();
        }

        return made;
    }

    private static string Module(string name, string suffix) => name[..^suffix.Length];

    private Tensor Value(string name, long[] shape, Dictionary<string, Tensor> made)
    {
        if (Part(name) is { } part)
        {
            return part switch
            {
                "lora_A.weight" => FirstA(shape),
                "lora_embedding_B" => empty(shape, type).normal_(0, 1, generator),
                "lora_magnitude_vector" => Magnitude(Module(name, ".lora_magnitude_vector"), made),
                "token_adapter.trainable_tokens_delta" => TokenRows(),
                _ => zeros(shape, type),
            };
        }

        // A module trained in full, or a bias, starts as the base has it.
        var (module, kind) = (name[..name.LastIndexOf('.')], name[(name.LastIndexOf('.') + 1)..]);
        var slot = model.Slots[module.EndsWith(".base_layer", StringComparison.Ordinal)
            ? module[..^".base_layer".Length] : module];
        var start = kind == "bias" ? slot.Bias : slot.Weight;
        return (start ?? throw new InvalidDataException($"the base has no {name} to start from")).detach()
            .to(type, copy: true);
    }

    private static string? Part(string name)
    {
        string[] parts =
        [
            "lora_A.weight", "lora_B.weight", "lora_B.bias", "lora_embedding_A", "lora_embedding_B",
            "lora_magnitude_vector",
            "token_adapter.trainable_tokens_delta",
        ];
        return Array.Find(parts, part => name.EndsWith("." + part, StringComparison.Ordinal));
    }

    private Tensor FirstA(long[] shape)
    {
        if (config.Init == LoraInit.Gaussian)
        {
            return empty(shape, type).normal_(0, 1.0 / shape[0], generator);
        }

        // Kaiming-uniform with a = √5 comes down to ± 1/√in.
        var bound = 1 / Math.Sqrt(shape[1]);
        return empty(shape, type).uniform_(-bound, bound, generator);
    }

    private Tensor Magnitude(string module, Dictionary<string, Tensor> made)
    {
        using var mode = no_grad();
        var weight = model.Slots[module].DenseWeight().to(type);
        // B (A for the embedding) starts at zero, so the norm is that of the base.
        return made.ContainsKey($"{module}.lora_embedding_A") ? weight.norm(0, false, 2f) : weight.norm(1, false, 2f);
    }

    private Tensor TokenRows()
    {
        var rows = tensor(config.TrainableTokenIndices.Select(id => (long)id).ToArray(), device: model.Device);
        return model.Slots[ModelShapes.Embedding].DenseWeight().detach().index_select(0, rows).to(type);
    }
}
