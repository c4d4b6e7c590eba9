using Pipeline.Llm.Kernels;
using Pipeline.Llm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Modules;

/// <summary>Where the real tokens of a batch are; checked once, on the host.</summary>
internal sealed class BatchLayout
{
    private BatchLayout(int rows, int columns, int[] start, int[] real, IReadOnlyList<int>? packed) =>
        (Rows, Columns, Start, Real, Packed) = (rows, columns, start, real, packed);

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>First real column of each row.</summary>
    public int[] Start { get; }

    /// <summary>Real tokens of each row.</summary>
    public int[] Real { get; }

    /// <summary>Lengths of packed sequences, or null.</summary>
    public IReadOnlyList<int>? Packed { get; }

    public static BatchLayout Of(ModelInput input)
    {
        if (input.InputIds.ndim != 2 || input.InputIds.dtype != ScalarType.Int64
            || input.InputIds.NumberOfElements == 0)
        {
            throw new ArgumentException(
                $"InputIds should be a non-empty int64 tensor [b, s], got {input.InputIds.dtype} "
                    + $"[{string.Join(", ", input.InputIds.shape)}]", nameof(input));
        }

        var (rows, columns) = ((int)input.InputIds.size(0), (int)input.InputIds.size(1));
        if (input.SequenceLengths is { } packed)
        {
            CheckPacked(packed, rows, columns, input);
            return new(rows, columns, [0], [columns], packed);
        }

        var (start, real) = (new int[rows], new int[rows]);
        if (input.AttentionMask is { } mask)
        {
            ReadMask(mask, rows, columns, start, real);
        }
        else
        {
            Array.Fill(real, columns);
        }

        return new(rows, columns, start, real, packed: null);
    }

    public IReadOnlyList<AttentionSegment> Segments()
    {
        if (Packed is not null)
        {
            var start = 0;
            return [.. Packed.Select(length => new AttentionSegment(0, (start += length) - length, length))];
        }

        return Array.TrueForAll(Real, count => count == Columns)
            ? []
            : [.. Enumerable.Range(0, Rows).Where(row => Real[row] > 0)
                .Select(row => new AttentionSegment(row, Start[row], Real[row]))];
    }

    /// <summary>
    /// First token of each run counted over all rows, then the end; a stretch of padding is a run too.
    /// </summary>
    public (int[] Bounds, int Longest) Bounds()
    {
        var cuts = new SortedSet<int> { 0, Rows * Columns };
        cuts.UnionWith(Enumerable.Range(0, Rows).Select(row => row * Columns));
        foreach (var segment in Segments())
        {
            var start = (segment.Row * Columns) + segment.Start;
            cuts.Add(start);
            cuts.Add(start + segment.Length);
        }

        int[] bounds = [.. cuts];
        return (bounds, bounds.Zip(bounds.Skip(1), (from, to) => to - from).Max());
    }

    /// <summary>Positions [b, s], or [1, s] where all rows agree.</summary>
    public Tensor Positions(IReadOnlyList<int>? before, Device device)
    {
        if (Packed is not null)
        {
            return tensor(Packed.SelectMany(length => Enumerable.Range(0, length).Select(i => (long)i)).ToArray(),
                device: device).unsqueeze(0);
        }

        if (before is null && Array.TrueForAll(Real, count => count == Columns))
        {
            return arange(Columns, ScalarType.Int64, device).unsqueeze(0);
        }

        var values = new long[Rows * Columns];
        for (var row = 0; row < Rows; row++)
        {
            for (var i = 0; i < Real[row]; i++)
            {
                values[row * Columns + Start[row] + i] = (before?[row] ?? 0) + i;
            }
        }

        return tensor(values, device: device).view(Rows, Columns);
    }

    /// <summary>
    /// First and past-the-last stored key that each query sees when rows held <paramref name="before"/> tokens; padding
    /// sees the first.
    /// </summary>
    public long[] KeyRanges(IReadOnlyList<int> before, int? window)
    {
        var ranges = new long[2 * Rows * Columns];
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
            {
                var index = column - Start[row];
                var last = index >= 0 && index < Real[row] ? before[row] + index : 0;
                var at = 2 * (row * Columns + column);
                (ranges[at], ranges[at + 1]) = (window is { } width ? Math.Max(0, last - width + 1) : 0, last + 1);
            }
        }

        return ranges;
    }

    /// <summary>Key ranges as flags [b, 1, s, keys].</summary>
    public Tensor Visible(IReadOnlyList<long> ranges, IReadOnlyList<int> before, Device device)
    {
        var keys = before.Select((length, row) => length + Real[row]).Max();
        var flags = new bool[Rows * Columns * keys];
        for (var query = 0; query < Rows * Columns; query++)
        {
            Array.Fill(
                flags, true, query * keys + (int)ranges[2 * query], (int)(ranges[2 * query + 1] - ranges[2 * query]));
        }

        return tensor(flags, device: device).view(Rows, 1, Columns, keys);
    }

    private static void CheckPacked(IReadOnlyList<int> packed, int rows, int columns, ModelInput input)
    {
        if (rows != 1 || packed.Any(length => length < 1) || packed.Sum() != columns)
        {
            throw new ArgumentException(
                $"SequenceLengths [{string.Join(", ", packed.Take(8))}{(packed.Count > 8 ? ", …" : "")}] should be "
                + $"positive and add up to "
                + $"one row of {columns} tokens; there are {rows} rows", nameof(input));
        }

        if (input.AttentionMask is not null || input.Cache is not null)
        {
            throw new ArgumentException(
                "SequenceLengths cannot be combined with AttentionMask or Cache", nameof(input));
        }
    }

    private static void ReadMask(Tensor mask, int rows, int columns, int[] start, int[] real)
    {
        if (mask.ndim != 2 || mask.size(0) != rows || mask.size(1) != columns)
        {
            throw new ArgumentException(
                $"AttentionMask should be [{rows}, {columns}], got [{string.Join(", ", mask.shape)}]", nameof(mask));
        }

        using var local = mask.to(ScalarType.Int64).cpu().contiguous().DetachFromDisposeScope();
        var flags = local.Values<long>();
        for (var row = 0; row < rows; row++)
        {
            var line = flags.AsSpan(row * columns, columns);
            start[row] = Math.Max(0, line.IndexOfAnyExcept(0));
            var end = line.LastIndexOfAnyExcept(0) + 1;
            real[row] = Math.Max(0, end - start[row]);
            if (line.Slice(start[row], real[row]).Contains(0))
            {
                throw new ArgumentException(
                    $"AttentionMask has a hole in row {row}; padding belongs at one end", nameof(mask));
            }
        }
    }
}
