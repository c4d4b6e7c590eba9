using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Generation;

/// <summary>
/// The updates of one batch. Rows under one adapter are worked through together, wherever they stand.
/// </summary>
/// <param name="adapters">Adapter of each row; null for rows without one.</param>
internal sealed class BankedRows(IReadOnlyList<BankedAdapter?> adapters) : IRowAdapters
{
    // Multiply-adds below which a second thread costs more than it brings.
    private const long ParallelWork = 400_000;

    // Pieces a thread: one that comes late leaves some of its own to the others.
    private const int Pieces = 2;

    // Made when a module is first seen: while a batch stays the same, its steps share them.
    private readonly Dictionary<string, BankedWork> _work = new(StringComparer.Ordinal);

    /// <summary>Whether these are the updates of the given rows.</summary>
    public bool Serves(IReadOnlyList<BankedAdapter?> rows)
    {
        if (rows.Count != adapters.Count)
        {
            return false;
        }

        for (var i = 0; i < rows.Count; i++)
        {
            if (!ReferenceEquals(rows[i], adapters[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public unsafe Tensor Add(string module, Tensor x, Tensor result)
    {
        if (!_work.TryGetValue(module, out var work))
        {
            _work[module] = work = BankedWork.Of(adapters, module);
        }

        if (work.Parts.Length == 0)
        {
            return result;
        }

        var (input, output) = (x.contiguous(), result.contiguous());
        var tokens = (int)(input.NumberOfElements / input.size(-1) / adapters.Count);
        fixed (byte* source = input.bytes, target = output.bytes)
        {
            Run(work, tokens, (nint)source, (nint)target, get_num_threads());
        }

        return output;
    }

    private static void Run(BankedWork work, int tokens, nint source, nint target, int threads)
    {
        if (threads == 1 || work.Weights * tokens <= ParallelWork)
        {
            work.Run(tokens, source, target, 0, work.Tiles(tokens));
            return;
        }

        var (tiles, pieces) = (work.Tiles(tokens), threads * Pieces);
        Parallel.For(0, pieces, new ParallelOptions { MaxDegreeOfParallelism = threads }, piece => work.Run(
            tokens, source, target, (int)((long)tiles * piece / pieces), (int)((long)tiles * (piece + 1) / pieces)));
    }
}
