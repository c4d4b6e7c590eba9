using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Models;
using static TorchSharp.torch;

namespace Pipeline.Llm.Peft;

/// <summary>Makes a plain model directory from a base and an adapter.</summary>
public static class AdapterMerge
{
    /// <summary>Merges in float64, rounds once to the type of the result, and writes it.</summary>
    /// <param name="baseDirectory">The base model.</param>
    /// <param name="adapterDirectory">The adapter.</param>
    /// <param name="output">Target directory; made if it is missing.</param>
    /// <param name="log">Receives remarks; may be null.</param>
    /// <param name="type">Type of the result; null takes the type in which the base is stored.</param>
    /// <exception cref="InvalidDataException">The adapter does not fit the base.</exception>
    /// <remarks>An adapter on a tied embedding unties the head, which the adapter does not mean.</remarks>
    public static void Run(string baseDirectory, string adapterDirectory, string output, Action<string>? log = null,
        ScalarType? type = null)
    {
        using var model = CausalLanguageModel.Load(
            baseDirectory, new() { DType = type ?? WeightLoader.StoredType(baseDirectory), Log = log });
        var adapter = LoraAdapter.Load(model, adapterDirectory);
        adapter.Merge();
        ModelWriter.Save(model, output);
    }
}
