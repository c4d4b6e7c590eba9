using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Training.Diagnostics;
using Pipeline.Llm.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training;

/// <summary>Prepares a loaded model for a <see cref="Trainer"/>.</summary>
public static class ModelTraining
{
    /// <summary>Element type to load a model in.</summary>
    /// <param name="precision">What the recipe asks for.</param>
    /// <param name="device">Where it will compute.</param>
    /// <param name="log">Told when another choice is better.</param>
    /// <returns>The type.</returns>
    /// <exception cref="ArgumentException">The device cannot compute in it.</exception>
    public static ScalarType TypeOf(Precision precision, Device device, Action<string> log)
    {
        if (precision != Precision.Float16)
        {
            return precision == Precision.Float32 ? ScalarType.Float32 : ScalarType.BFloat16;
        }

        if (device.type == DeviceType.CPU)
        {
            throw new ArgumentException("a CPU has no float16 products: use bfloat16 or float32", nameof(precision));
        }

        log("float16 needs loss scaling and overflows easily; bfloat16 does not, on every GPU since 2020");
        return ScalarType.Float16;
    }

    /// <summary>Trains an adapter; the base stays as it is.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="adapter">An adapter on it.</param>
    /// <returns>What the trainer needs; the result is an adapter folder in PEFT's layout.</returns>
    public static TrainableModel OfAdapter(CausalLanguageModel model, LoraAdapter adapter)
    {
        var norms = new Dictionary<string, double>(StringComparer.Ordinal);
        return new()
        {
            Parameters =
                [.. adapter.Parameters.Select(p => new NamedParameter(p.Name[AdapterShapes.Prefix.Length..], p.Value))],
            Export = adapter.Save,
            WeightRatios = () => Ratios(model, adapter, norms),
            Untrained = IsFresh(adapter) ? action => WithoutAdapter(adapter, action) : null,
        };
    }

    /// <summary>Trains all weights of a model.</summary>
    /// <param name="model">A model that is not quantised.</param>
    /// <returns>What the trainer needs; the result is a model folder.</returns>
    /// <exception cref="ArgumentException">The model's weights are quantised.</exception>
    public static TrainableModel OfAllWeights(CausalLanguageModel model)
    {
        if (model.Slots.Values.Any(slot => slot.Quantized is not null))
        {
            throw new ArgumentException(
                "quantised weights cannot be trained: load the model without quantisation, or train an adapter",
                nameof(model));
        }

        var parameters = model.Parameters.Select(p => new NamedParameter(p.Name, p.Value)).ToList();
        parameters.ForEach(p => p.Value.requires_grad = true);
        return new() { Parameters = parameters, Export = folder => ModelWriter.Save(model, folder) };
    }

    // An adapter that already says something starts from there, not from the base.
    private static bool IsFresh(LoraAdapter adapter) => adapter.Config.ModulesToSave.Count == 0 && adapter.Parameters
        .Where(p => p.Name.Contains("lora_B", StringComparison.Ordinal)
            || p.Name.Contains("lora_embedding_B", StringComparison.Ordinal))
        .All(p => IsZero(p.Value));

    private static bool IsZero(Tensor value)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return !value.any().ToBoolean();
    }

    private static void WithoutAdapter(LoraAdapter adapter, Action action)
    {
        adapter.Enabled = false;
        try
        {
            action();
        }
        finally
        {
            adapter.Enabled = true;
        }
    }

    private static Dictionary<string, double> Ratios(
        CausalLanguageModel model, LoraAdapter adapter, Dictionary<string, double> norms)
    {
        var ratios = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var slot in model.Slots.Values)
        {
            var part = slot.Adapters.Find(a => a.Owner.Name == adapter.Name);
            if (part is { A: { } a, B: { } b })
            {
                if (!norms.TryGetValue(slot.Name, out var norm))
                {
                    norms[slot.Name] = norm = NormOf(slot.DenseWeight());
                }

                ratios[slot.Name] = WeightRatio.Of(a, b, part.Scaling, norm);
            }
        }

        return ratios;
    }

    private static double NormOf(Tensor weight)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return linalg.vector_norm(weight.to(float32)).ToDouble();
    }
}
