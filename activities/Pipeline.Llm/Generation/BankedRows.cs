using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Generation;

/// <summary>
/// The updates of one batch. Rows under one adapter are worked through together, wherever they stand.
/// </summary>
internal sealed class BankedRows : IRowAdapters
{
    // Multiply-adds below which a second thread costs more than it brings.
    private const long ParallelWork = 400_000;

    private readonly List<(BankedAdapter Adapter, int[] Rows)> _groups;
    private readonly int _rows;

    /// <summary>Groups the rows of a batch.</summary>
    /// <param name="adapters">Adapter of each row; null for rows without one.</param>
    public BankedRows(IReadOnlyList<BankedAdapter?> adapters)
    {
        _rows = adapters.Count;
        _groups = [.. adapters.Index().Where(row => row.Item is not null)
            .GroupBy(row => row.Item!, row => row.Index) // not null: see above
            .Select(group => (group.Key, group.ToArray()))];
    }

    /// <inheritdoc/>
    public unsafe Tensor Add(string module, Tensor x, Tensor result)
    {
        var parts = new List<Part>(_groups.Count);
        foreach (var (adapter, rows) in _groups)
        {
            if (adapter.Modules.TryGetValue(module, out var update))
            {
                parts.Add(new(update, rows));
            }
        }

        if (parts.Count == 0)
        {
            return result;
        }

        var (input, output) = (x.contiguous(), result.contiguous());
        var tokens = (int)(input.NumberOfElements / input.size(-1) / _rows);
        fixed (byte* source = input.bytes, target = output.bytes)
        {
            Run(parts, tokens, (nint)source, (nint)target, get_num_threads());
        }

        return output;
    }

    private static void Run(List<Part> parts, int tokens, nint source, nint target, int threads)
    {
        // Tiles of all parts are numbered through, so that threads share them evenly.
        var ends = new int[parts.Count];
        var (total, work) = (0, 0L);
        for (var i = 0; i < parts.Count; i++)
        {
            var count = parts[i].Rows.Length * tokens;
            work += (long)count * parts[i].Module.A.Length * (parts[i].Module.Input + parts[i].Module.Output);
            ends[i] = total += (count + RowKernel.Tile - 1) / RowKernel.Tile;
        }

        if (threads > 1 && work > ParallelWork)
        {
            Parallel.For(0, total, new ParallelOptions { MaxDegreeOfParallelism = threads }, tile =>
            {
                var found = Array.BinarySearch(ends, tile + 1);
                var part = found < 0 ? ~found : found;
                Step(parts[part], tile - (part == 0 ? 0 : ends[part - 1]), tokens, source, target);
            });
            return;
        }

        for (var (part, tile) = (0, 0); tile < total; tile++)
        {
            while (tile >= ends[part])
            {
                part++;
            }

            Step(parts[part], tile - (part == 0 ? 0 : ends[part - 1]), tokens, source, target);
        }
    }

    private static unsafe void Step(Part part, int tile, int tokens, nint source, nint target)
    {
        var inputs = stackalloc float*[RowKernel.Tile];
        var outputs = stackalloc float*[RowKernel.Tile];
        var first = tile * RowKernel.Tile;
        var count = Math.Min(RowKernel.Tile, (part.Rows.Length * tokens) - first);
        for (var i = 0; i < count; i++)
        {
            var (row, token) = Math.DivRem(first + i, tokens);
            var place = ((long)part.Rows[row] * tokens) + token;
            inputs[i] = (float*)source + (place * part.Module.Input);
            outputs[i] = (float*)target + (place * part.Module.Output);
        }

        RowKernel.Add(part.Module, inputs, outputs, count);
    }

    private readonly record struct Part(BankedModule Module, int[] Rows);
}
