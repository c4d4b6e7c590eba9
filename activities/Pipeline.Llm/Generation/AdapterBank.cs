using System.Collections.Concurrent;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Generation;

/// <summary>
/// Adapters beside the model, for float32 on the CPU: any number of different ones in a batch cost no more than their
/// own arithmetic, and loading one touches neither the model nor the engine's thread.
/// </summary>
/// <remarks>
/// <b>Source:</b> the computation of arXiv 2310.18547 (gathered matrix-vector products) and the paging of arXiv
/// 2311.03285.
/// </remarks>
/// <param name="model">The base model.</param>
/// <param name="type">How weights are kept.</param>
internal sealed class AdapterBank(CausalLanguageModel model, AdapterWeights type = AdapterWeights.AsStored)
    : IAdapterHost
{
    private readonly AdapterMemory _memory = new();
    private readonly ConcurrentDictionary<string, BankedAdapter> _adapters = new(StringComparer.Ordinal);
    private BankedRows? _last;

    public int Count => _adapters.Count;

    public bool IsAttached(string name) => false;

    /// <summary>Bytes of the adapters' memory.</summary>
    public long Bytes => _memory.Bytes;

    public bool Contains(string name) => _adapters.ContainsKey(name);

    public (Action Attach, bool ChangesModel) Prepare(string name, AdapterContent content)
    {
        var adapter = BankedAdapter.Read(model, content, _memory, type);
        void Attach()
        {
            if (!_adapters.TryAdd(name, adapter))
            {
                _memory.Return(adapter.Blocks);
            }
        }

        return (Attach, false);
    }

    public void Unload(string name)
    {
        if (_adapters.TryRemove(name, out var adapter))
        {
            _memory.Return(adapter.Blocks);
        }
    }

    public Tensor Hidden(CausalLanguageModel model, ModelInput input, IReadOnlyList<string?> adapters) =>
        model.Hidden(input with { RowAdapters = Of(adapters) });

    public Tensor Logits(CausalLanguageModel model, Tensor hidden, IReadOnlyList<string?> adapters) =>
        model.Logits(hidden, Of(adapters));

    public void Dispose() => _memory.Dispose();

    /// <summary>The updates of a batch; null entries for rows without one. For the engine's thread only.</summary>
    public IRowAdapters Of(IReadOnlyList<string?> adapters)
    {
        BankedAdapter?[] rows = [.. adapters.Select(name => name is null ? null
        : _adapters.GetValueOrDefault(name) ?? throw new GenerationException($"adapter '{name}' is not loaded"))];
        // A batch stays the same for many steps.
        return _last?.Serves(rows) == true ? _last : _last = new BankedRows(rows);
    }
}
