using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using static TorchSharp.torch;

namespace Pipeline.Llm.Generation;

/// <summary>Holds the adapters of an engine and applies them to mixed batches.</summary>
internal interface IAdapterHost : IDisposable
{
    /// <summary>Adapters that are loaded.</summary>
    int Count { get; }

    /// <summary>
    /// Whether a loaded adapter is part of the model, so that dropping it belongs on the engine's thread.
    /// </summary>
    bool IsAttached(string name);

    /// <summary>Whether an adapter is loaded.</summary>
    bool Contains(string name);

    /// <summary>Reads and checks an adapter beside the engine's thread.</summary>
    /// <returns>What makes it available, and whether that changes the model and so belongs on the engine's
    /// thread.</returns>
    (Action Attach, bool ChangesModel) Prepare(string name, AdapterContent content);

    /// <summary>Frees an adapter that no batch uses.</summary>
    void Unload(string name);

    /// <summary>Runs a batch whose rows name their adapters.</summary>
    /// <returns>States [b, s, d].</returns>
    Tensor Hidden(CausalLanguageModel model, ModelInput input, IReadOnlyList<string?> adapters);

    /// <summary>The head under the rows' adapters.</summary>
    /// <returns>Logits [b, v].</returns>
    Tensor Logits(CausalLanguageModel model, Tensor hidden, IReadOnlyList<string?> adapters);
}
