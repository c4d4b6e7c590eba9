using System.Collections.Concurrent;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Generation;

/// <summary>
/// Adapters beside the model, for float32 on the CPU: any number of different ones in a batch cost no more than their own arithmetic,
/// and loading one touches neither the model nor the engine's thread.
/// </summary>
/// <remarks><b>Source:</b> the computation of arXiv 2310.18547 (gathered matrix-vector products) and the paging of arXiv 2311.03285.</remarks>
/// <param name="model">The base model.</param>
internal sealed class AdapterBank(CausalLanguageModel model) : IAdapterHost
{
    // Multiply-adds below which a second thread costs more than it brings.
    private const long ParallelWork = 400_000;

    private readonly AdapterMemory _memory = new();
    private readonly ConcurrentDictionary<string, BankedAdapter> _adapters = new(StringComparer.Ordinal);

    public int Count => _adapters.Count;

    public bool IsAttached(string name) => false;

    /// <summary>Bytes of the adapters' memory.</summary>
    public long Bytes => _memory.Bytes;

    public bool Contains(string name) => _adapters.ContainsKey(name);

    public (Action Attach, bool ChangesModel) Prepare(string name, AdapterContent content)
    {
        var adapter = BankedAdapter.Read(model, content, _memory);
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

    public Tensor Logits(CausalLanguageModel model, Tensor hidden, IReadOnlyList<string?> adapters) => model.Logits(hidden, Of(adapters));

    public void Dispose() => _memory.Dispose();

    /// <summary>The updates of a batch; null entries for rows without one.</summary>
    public IRowAdapters Of(IReadOnlyList<string?> adapters) => new Rows([.. adapters.Select(name => name is null ? null
        : _adapters.GetValueOrDefault(name) ?? throw new GenerationException($"adapter '{name}' is not loaded"))]);

    private sealed class Rows(BankedAdapter?[] adapters) : IRowAdapters
    {
        public unsafe Tensor Add(string module, Tensor x, Tensor result)
        {
            var updates = Array.ConvertAll(adapters, adapter => adapter?.Modules.GetValueOrDefault(module));
            if (Array.TrueForAll(updates, update => update is null))
            {
                return result;
            }

            var (input, output) = (x.contiguous(), result.contiguous());
            var tokens = (int)(input.NumberOfElements / input.size(-1) / adapters.Length);
            fixed (byte* source = input.bytes, target = output.bytes)
            {
                Run(updates, tokens, (nint)source, (nint)target, get_num_threads());
            }

            return output;
        }

        private static unsafe void Run(BankedModule?[] updates, int tokens, nint source, nint target, int threads)
        {
            var tiles = (tokens + RowKernel.Tile - 1) / RowKernel.Tile;
            var work = updates.Sum(update => update is null ? 0L : (long)update.A.Length * (update.Input + update.Output)) * tokens;
            void Step(int index)
            {
                var (row, first) = (index / tiles, index % tiles * RowKernel.Tile);
                if (updates[row] is { } update)
                {
                    var place = ((long)row * tokens) + first;
                    RowKernel.Add(
                        update, (float*)source + (place * update.Input), (float*)target + (place * update.Output), Math.Min(RowKernel.Tile, tokens - first));
                }
            }

            if (threads > 1 && work > ParallelWork)
            {
                Parallel.For(0, updates.Length * tiles, new ParallelOptions { MaxDegreeOfParallelism = threads }, Step);
                return;
            }

            for (var index = 0; index < updates.Length * tiles; index++)
            {
                Step(index);
            }
        }
    }
}
