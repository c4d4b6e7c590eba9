namespace Pipeline.Llm.Generation;

/// <summary>What one module of a batch has to do, without a pointer that is not needed: adapters leave the caches
/// between two modules, and each step from one object to the next would wait for memory.</summary>
internal sealed class BankedWork
{
    private readonly int[] _rows;

    private BankedWork(Part[] parts, int[] rows) => (Parts, _rows) = (parts, rows);

    /// <summary>The update of each adapter, and where its rows begin.</summary>
    public Part[] Parts { get; }

    /// <summary>Multiply-adds for one token of each row.</summary>
    public long Weights => Parts.Sum(part => (long)part.Count * part.Module.Rank
        * (part.Module.Input + part.Module.Output));

    /// <summary>Groups the rows that have an update of a module.</summary>
    public static BankedWork Of(IReadOnlyList<BankedAdapter?> adapters, string module)
    {
        var (parts, rows) = (new List<Part>(), new List<int>());
        foreach (var group in adapters.Index().GroupBy(row => row.Item, row => row.Index))
        {
            if (group.Key is { } adapter && adapter.Modules.TryGetValue(module, out var update))
            {
                parts.Add(new(update, rows.Count, group.Count()));
                rows.AddRange(group);
            }
        }

        return new([.. parts], [.. rows]);
    }

    /// <summary>Tiles of all parts together.</summary>
    /// <param name="tokens">Tokens of each row.</param>
    public int Tiles(int tokens)
    {
        var total = 0;
        foreach (ref readonly var part in Parts.AsSpan())
        {
            total += TilesOf(part, tokens);
        }

        return total;
    }

    /// <summary>Adds the updates of some tiles, numbered through all parts.</summary>
    /// <param name="tokens">Tokens of each row.</param>
    /// <param name="source">Address of the inputs [b, tokens, in].</param>
    /// <param name="target">Address of the outputs [b, tokens, out].</param>
    /// <param name="first">First tile.</param>
    /// <param name="end">Tile after the last.</param>
    public void Run(int tokens, nint source, nint target, int first, int end)
    {
        var (index, tile) = (0, first);
        for (; first < end && tile >= TilesOf(Parts[index], tokens); index++)
        {
            tile -= TilesOf(Parts[index], tokens);
        }

        for (; first < end; first++)
        {
            Step(index, tile, tokens, source, target);
            if (++tile == TilesOf(Parts[index], tokens))
            {
                (index, tile) = (index + 1, 0);
            }
        }
    }

    private static int TilesOf(in Part part, int tokens) =>
        ((part.Count * tokens) + RowKernel.Tile - 1) / RowKernel.Tile;

    private unsafe void Step(int index, int tile, int tokens, nint source, nint target)
    {
        ref readonly var part = ref Parts[index];
        var inputs = stackalloc float*[RowKernel.Tile];
        var outputs = stackalloc float*[RowKernel.Tile];
        var first = tile * RowKernel.Tile;
        var count = Math.Min(RowKernel.Tile, (part.Count * tokens) - first);
        for (var i = 0; i < count; i++)
        {
            var (row, token) = Math.DivRem(first + i, tokens);
            var place = ((long)_rows[part.First + row] * tokens) + token;
            inputs[i] = (float*)source + (place * part.Module.Input);
            outputs[i] = (float*)target + (place * part.Module.Output);
        }

        var next = Parts[Math.Min(index + 1, Parts.Length - 1)].Module.Table;
        RowKernel.Add(part.Module, inputs, outputs, count, next - part.Module.Table);
    }

    /// <summary>The rows of one adapter.</summary>
    /// <param name="Module">Its update.</param>
    /// <param name="First">Place of its first row in the list of rows.</param>
    /// <param name="Count">Number of its rows.</param>
    internal readonly record struct Part(BankedModule Module, int First, int Count);
}
