using Pipeline.Llm.Models;
using Pipeline.Llm.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Llm.Peft;

/// <summary>Puts an adapter's tensors where the modules look for them.</summary>
internal sealed class AdapterAttachment(CausalLanguageModel model, LoraConfig config, AdapterSwitch owner)
{
    private readonly Dictionary<string, LoraTarget> _targets =
        TargetMatcher.Find(config, model.Config).ToDictionary(target => target.Module, StringComparer.Ordinal);

    /// <summary>What the adapter adds, by module path.</summary>
    public Dictionary<string, ModuleAdapter> Modules { get; } = new(StringComparer.Ordinal);

    /// <summary>Attaches one tensor and makes it a parameter.</summary>
    public Parameter Attach(string name, Tensor value)
    {
        var parameter = new Parameter(value, requires_grad: true);
        if (Ends(name, ".lora_A.weight", out var module) || Ends(name, ".lora_embedding_A", out module))
        {
            At(module).A = parameter;
        }
        else if (Ends(name, ".lora_B.weight", out module) || Ends(name, ".lora_embedding_B", out module))
        {
            At(module).B = parameter;
        }
        else if (Ends(name, ".lora_B.bias", out module))
        {
            At(module).BBias = parameter;
        }
        else if (Ends(name, ".lora_magnitude_vector", out module))
        {
            At(module).Magnitude = parameter;
        }
        else if (Ends(name, ".token_adapter.trainable_tokens_delta", out module))
        {
            (At(module).TokenRows, At(module).TokenSlots) = (parameter, TokenSlots());
        }
        else if (Ends(name, ".base_layer.bias", out module) || Ends(name, ".bias", out module))
        {
            At(module).Bias = parameter;
        }
        else
        {
            Ends(name, ".weight", out module);
            At(module).Weight = parameter;
        }

        return parameter;
    }

    private static bool Ends(string name, string suffix, out string module)
    {
        var matches = name.EndsWith(suffix, StringComparison.Ordinal);
        module = matches ? name[..^suffix.Length] : name;
        return matches;
    }

    private ModuleAdapter At(string module)
    {
        if (!Modules.TryGetValue(module, out var found))
        {
            var target = _targets.GetValueOrDefault(module);
            found = new(owner) { Scaling = target?.Scaling ?? 0, IsEmbedding = target?.IsEmbedding == true };
            Modules[module] = found;
            model.Slots[module].Adapters.Add(found);
        }

        return found;
    }

    private Tensor TokenSlots()
    {
        var slots = new long[model.Config.VocabularySize];
        Array.Fill(slots, -1);
        for (var i = 0; i < config.TrainableTokenIndices.Count; i++)
        {
            slots[config.TrainableTokenIndices[i]] = i;
        }

        return tensor(slots, device: model.Device).DetachFromDisposeScope();
    }
}
