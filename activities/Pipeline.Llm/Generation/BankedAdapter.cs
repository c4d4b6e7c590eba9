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
            || target.Input * sizeof(float) > AdapterMemory.BlockBytes
            || target.Output * sizeof(float) > AdapterMemory.BlockBytes) is { } odd
            ? $"not servable as adapter: it changes {odd.Module}; merge it instead" : null;
    }

    /// <summary>Reads and checks an adapter; no tensor is made, so it costs little more than the copy.</summary>
    /// <exception cref="InvalidDataException">The files do not fit the base, or need more than a low-rank
    /// update.</exception>
    public static BankedAdapter Read(CausalLanguageModel model, AdapterContent content, AdapterMemory memory)
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
                adapter.Modules[target.Module] = new BankedModule(
                    adapter.Copy(file, target.Module + ".lora_A.weight", target.Rank, target.Input, transposed: false,
                        memory, problems),
                    adapter.Copy(file, target.Module + ".lora_B.weight", target.Rank, target.Output, transposed: true,
                        memory, problems),
                    target.Input, target.Output, (float)target.Scaling);
            }

            return problems.Count == 0 ? adapter : throw AdapterFile.Refusal(file, problems);
        }
        catch
        {
            memory.Return(adapter._blocks);
            throw;
        }
    }

    // A row never crosses the end of a block.
    private unsafe nint[] Copy(SafeTensorsFile file, string name, int count, int width, bool transposed,
        AdapterMemory memory, List<string> problems)
    {
        var entry = file.Entry(AdapterShapes.Prefix + name);
        var (rows, bytes, buffer) =
            (new nint[count], width * sizeof(float), ArrayPool<float>.Shared.Rent(count * width));
        var values = buffer.AsSpan(0, count * width);
        FloatReader.Read(file, entry, values);
        if (!FloatReader.AllFinite(values))
        {
            problems.Add($"'{name}' holds numbers that are not finite");
        }

        for (var row = 0; row < count; row++)
        {
            if (_used + bytes > AdapterMemory.BlockBytes)
            {
                _blocks.Add(memory.Take());
                _used = 0;
            }

            rows[row] = _blocks[^1] + _used;
            var target = new Span<float>((void*)rows[row], width);
            for (var i = 0; transposed && i < width; i++)
            {
                target[i] = values[(i * count) + row];
            }

            if (!transposed)
            {
                values.Slice(row * width, width).CopyTo(target);
            }

            // Rows start on cache lines.
            _used += (bytes + 63) & ~63;
        }

        ArrayPool<float>.Shared.Return(buffer);
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
