using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Quantization;

/// <summary>Stores the linear weights of the decoder layers in few bits.</summary>
internal static class WeightQuantizer
{
    public static void Apply(CausalLanguageModel model, WeightQuantization quantization, WeightFiles files)
    {
        if (quantization == WeightQuantization.None)
        {
            return;
        }

        foreach (var linear in ModelShapes.Linears(model.Config))
        {
            var slot = model.Slots[linear.Name];
            using (var weight = slot.DenseWeight())
            {
                slot.Quantized = quantization == WeightQuantization.Int8
                    ? Int8Weight.From(weight)
                    : Nf4Weight.From(weight, doubly: quantization == WeightQuantization.Nf4Double);
                slot.Weight = null;
            }

            var file = files.FileOf($"{linear.Name}.weight");
            file.Release(file.Entry($"{linear.Name}.weight"));
        }
    }
}
