using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Generation;

/// <summary>One adapter in blocks of memory: rows of A and rows of Bᵀ by module.</summary>
internal sealed class BankedAdapter
{
    private readonly List<nint> _blocks = [];
    private int _used = AdapterMemory.BlockBytes;

    private BankedAdapter()
    {
    }

    /// <summary>Modules by path.</summary>
    public Dictionary<string, BankedModule> Modules { get; } = new(StringComparer.Ordinal);

    /// <summary>Blocks of memory, for their return.</summary>
    public IReadOnlyList<nint> Blocks => _blocks;

    /// <summary>Why an adapter needs more than updates of rows; null when it does not.</summary>
    public static string? Obstacle(CausalLanguageModel model, LoraConfig config)
    {
        if (ServabilityRules.Obstacles(config, int.MaxValue).ToList() is { Count: > 0 } obstacles)
        {
            return string.Join("; ", obstacles);
        }

        return TargetMatcher.Find(config, model.Config).FirstOrDefault(target => target.IsEmbedding
            || target.Input * sizeof(float) > AdapterMemory.BlockBytes || target.Output * sizeof(float) > AdapterMemory.BlockBytes) is { } odd
            ? $"not servable as adapter: it changes {odd.Module}; merge it instead" : null;
    }

    /// <summary>Reads and checks an adapter directory.</summary>
    /// <exception cref="InvalidDataException">The files do not fit the base, or need more than a low-rank update.</exception>
    public static BankedAdapter Read(CausalLanguageModel model, string directory, AdapterMemory memory)
    {
        var config = LoraConfigJson.Read(directory);
        if (Obstacle(model, config) is { } obstacle)
        {
            throw new InvalidDataException($"{directory}: {obstacle}");
        }

        var targets = TargetMatcher.Find(config, model.Config);

        using var scope = NewDisposeScope();
        var tensors = AdapterFile.Read(directory, [.. AdapterShapes.Trainable(config, model.Config)], ScalarType.Float32, model.Fingerprint);
        var adapter = new BankedAdapter();
        try
        {
            foreach (var target in targets)
            {
                var (a, b) = (tensors[target.Module + ".lora_A.weight"], tensors[target.Module + ".lora_B.weight"]);
                adapter.Modules[target.Module] = new BankedModule(
                    adapter.Copy(a, memory), adapter.Copy(b.t().contiguous(), memory), (int)a.size(1), (int)b.size(0), (float)target.Scaling);
            }

            return adapter;
        }
        catch
        {
            memory.Return(adapter._blocks);
            throw;
        }
        finally
        {
            foreach (var value in tensors.Values)
            {
                value.Dispose();
            }
        }
    }

    // A row never crosses the end of a block.
    private unsafe nint[] Copy(Tensor matrix, AdapterMemory memory)
    {
        var (rows, bytes) = (new nint[matrix.size(0)], (int)matrix.size(1) * sizeof(float));
        var source = matrix.bytes;
        for (var row = 0; row < rows.Length; row++)
        {
            if (_used + bytes > AdapterMemory.BlockBytes)
            {
                _blocks.Add(memory.Take());
                _used = 0;
            }

            rows[row] = _blocks[^1] + _used;
            source.Slice(row * bytes, bytes).CopyTo(new Span<byte>((void*)rows[row], bytes));
            // Rows start on cache lines.
            _used += (bytes + 63) & ~63;
        }

        return rows;
    }
}

/// <summary>The update of one module: scaling · Bᵀ-rows weighted by A-rows · x.</summary>
/// <param name="A">Addresses of the rows of A, each [in].</param>
/// <param name="B">Addresses of the rows of Bᵀ, each [out].</param>
/// <param name="Input">in.</param>
/// <param name="Output">out.</param>
/// <param name="Scaling">Scale of the update.</param>
internal sealed record BankedModule(nint[] A, nint[] B, int Input, int Output, float Scaling);
