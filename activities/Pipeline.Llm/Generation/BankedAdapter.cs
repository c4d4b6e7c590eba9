using System.Buffers;
using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;

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
            || BankedModule.LargestPiece(target.Input, target.Rank) > AdapterMemory.BlockBytes) is { } odd
            ? $"not servable as adapter: it changes {odd.Module}; merge it instead" : null;
    }

    /// <summary>Reads and checks an adapter; no tensor is made, so it costs little more than the copy.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="content">The adapter's files.</param>
    /// <param name="memory">Where the weights go.</param>
    /// <param name="type">How they are kept.</param>
    /// <exception cref="InvalidDataException">The files do not fit the base, or need more than a low-rank
    /// update.</exception>
    public static BankedAdapter Read(
        CausalLanguageModel model, AdapterContent content, AdapterMemory memory, AdapterWeights type)
    {
        var config = LoraConfigJson.Read(content);
        if (Obstacle(model, config) is { } obstacle)
        {
            throw new InvalidDataException($"{content.Directory}: {obstacle}");
        }

        var targets = TargetMatcher.Find(config, model.Config);
        using var file = SafeTensorsFile.Over(content.Weights, Path.Combine(content.Directory, AdapterFile.FileName));
        var problems =
            AdapterFile.Problems(file, [.. AdapterShapes.Trainable(config, model.Config)], model.Fingerprint);
        var adapter = new BankedAdapter();
        try
        {
            foreach (var target in problems.Count == 0 ? targets : [])
            {
                adapter.Modules[target.Module] = adapter.Pack(file, target, memory, type, problems);
            }

            return problems.Count == 0 ? adapter : throw AdapterFile.Refusal(file, problems);
        }
        catch
        {
            memory.Return(adapter._blocks);
            throw;
        }
    }

    private BankedModule Pack(
        SafeTensorsFile file, LoraTarget target, AdapterMemory memory, AdapterWeights type, List<string> problems)
    {
        var names = (A: AdapterShapes.Prefix + target.Module + ".lora_A.weight",
            B: AdapterShapes.Prefix + target.Module + ".lora_B.weight");
        var isHalf = type == AdapterWeights.BFloat16
            || (file.Entry(names.A).DType, file.Entry(names.B).DType)
                == (SafeTensorsDType.BF16, SafeTensorsDType.BF16);
        var (a, b) = (ArrayPool<float>.Shared.Rent(target.Rank * target.Input),
            ArrayPool<float>.Shared.Rent(target.Rank * target.Output));
        try
        {
            return BankedModule.Pack(
                Values(file, names.A, a.AsSpan(0, target.Rank * target.Input), problems),
                Values(file, names.B, b.AsSpan(0, target.Rank * target.Output), problems), (float)target.Scaling,
                target.Rank, isHalf, bytes => Take(memory, bytes));
        }
        finally
        {
            ArrayPool<float>.Shared.Return(a);
            ArrayPool<float>.Shared.Return(b);
        }
    }

    private static Span<float> Values(SafeTensorsFile file, string name, Span<float> values, List<string> problems)
    {
        FloatReader.Read(file, file.Entry(name), values);
        if (!FloatReader.AllFinite(values))
        {
            problems.Add($"'{name}' holds numbers that are not finite");
        }

        return values;
    }

    // Pieces never cross the end of a block, and start on cache lines.
    private nint Take(AdapterMemory memory, int bytes)
    {
        if (_used + bytes > AdapterMemory.BlockBytes)
        {
            _blocks.Add(memory.Take());
            _used = 0;
        }

        var place = _blocks[^1] + _used;
        _used += (bytes + 63) & ~63;
        return place;
    }
}
