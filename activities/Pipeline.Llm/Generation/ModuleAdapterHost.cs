using System.Collections.Concurrent;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using static TorchSharp.torch;

namespace Pipeline.Llm.Generation;

/// <summary>Adapters attached to the model's modules: works on every device and element type.</summary>
/// <param name="model">The base model.</param>
internal sealed class ModuleAdapterHost(CausalLanguageModel model) : IAdapterHost
{
    private readonly ConcurrentDictionary<string, LoraAdapter> _adapters = new(StringComparer.Ordinal);

    public int Count => _adapters.Count;

    public bool IsAttached(string name) => _adapters.ContainsKey(name);

    public bool Contains(string name) => _adapters.ContainsKey(name);

    public (Action Attach, bool ChangesModel) Prepare(string name, AdapterContent content)
    {
        var attach = LoraAdapter.Prepare(model, content, name);
        return (() => _adapters.GetOrAdd(name, _ => attach()), true);
    }

    public void Unload(string name)
    {
        if (_adapters.TryRemove(name, out var adapter))
        {
            adapter.Remove();
        }
    }

    public Tensor Hidden(CausalLanguageModel model, ModelInput input, IReadOnlyList<string?> adapters) =>
        model.Hidden(input with { AdapterPerRow = adapters });

    public Tensor Logits(CausalLanguageModel model, Tensor hidden, IReadOnlyList<string?> adapters) =>
        model.Logits(hidden, adapters);

    public void Dispose()
    {
        foreach (var adapter in _adapters.Values)
        {
            adapter.Remove();
        }

        _adapters.Clear();
    }
}
