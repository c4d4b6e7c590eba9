namespace Pipeline.Llm.Generation;

/// <summary>
/// The update of one module, scaling · B A x, in the order in which the kernel reads it: A in groups of
/// <see cref="Group"/> ranks, unit by unit of the input; B in tiles of two units of the output, rank by rank. Filled
/// up with zeros.
/// </summary>
/// <param name="Table">Address of the addresses: the groups of A, then the tiles of B of the first
/// <see cref="MostRanks"/>, then those of the next. It lies in front of what it names, so that reading goes on in one
/// direction.</param>
/// <param name="Rank">Rank of the update.</param>
/// <param name="Input">Numbers of the input.</param>
/// <param name="Output">Numbers of the output.</param>
/// <param name="Scaling">Scale of the update.</param>
/// <param name="IsHalf">Whether the weights are bfloat16 instead of float32.</param>
internal readonly record struct BankedModule(
    nint Table, int Rank, int Input, int Output, float Scaling, bool IsHalf)
{
    /// <summary>Ranks of A that are read together.</summary>
    public const int Group = 4;

    /// <summary>Most ranks of a tile of B; more make further tiles.</summary>
    public const int MostRanks = 256;

    /// <summary>Groups of A.</summary>
    public int Groups => (Rank + Group - 1) / Group;

    /// <summary>Tiles of B for as many ranks as fit into one.</summary>
    public int Tiles => RowKernel.RoundUp(Output, RowKernel.Columns) / RowKernel.Columns;

    /// <summary>Bytes of the largest piece that must lie in one run of memory.</summary>
    public static long LargestPiece(int input, int rank) =>
        sizeof(float) * Math.Max(
            (long)Group * RowKernel.RoundUp(input, RowKernel.Unit),
            (long)Math.Min(rank, MostRanks) * RowKernel.Columns);

    /// <summary>Packs an update.</summary>
    /// <param name="a">A, row by row [rank, in].</param>
    /// <param name="b">B, row by row [out, rank].</param>
    /// <param name="scaling">Scale of the update.</param>
    /// <param name="rank">Rank.</param>
    /// <param name="isHalf">Whether to keep bfloat16.</param>
    /// <param name="take">Gives memory of a number of bytes, aligned to cache lines.</param>
    public static BankedModule Pack(
        ReadOnlySpan<float> a, ReadOnlySpan<float> b, float scaling, int rank, bool isHalf, Func<int, nint> take) =>
        isHalf ? Pack<PackedHalves>(a, b, scaling, rank, take) : Pack<PackedFloats>(a, b, scaling, rank, take);

    private static unsafe BankedModule Pack<TPacked>(
        ReadOnlySpan<float> a, ReadOnlySpan<float> b, float scaling, int rank, Func<int, nint> take)
        where TPacked : struct, IPackedNumbers
    {
        var module = new BankedModule(
            0, rank, a.Length / rank, b.Length / rank, scaling, TPacked.Bytes == sizeof(ushort));
        var parts = (rank + MostRanks - 1) / MostRanks;
        module = module with { Table = take((module.Groups + (parts * module.Tiles)) * sizeof(nint)) };
        var table = (nint*)module.Table;
        for (var group = 0; group < module.Groups; group++)
        {
            *table++ = PackGroup<TPacked>(module, a, group * Group, take);
        }

        for (var first = 0; first < rank; first += MostRanks)
        {
            for (var tile = 0; tile < module.Tiles; tile++)
            {
                *table++ = PackTile<TPacked>(module, b, first, tile * RowKernel.Columns, take);
            }
        }

        return module;
    }

    private static unsafe nint PackGroup<TPacked>(
        BankedModule module, ReadOnlySpan<float> a, int first, Func<int, nint> take)
        where TPacked : struct, IPackedNumbers
    {
        var (units, bytes) = (RowKernel.RoundUp(module.Input, RowKernel.Unit) / RowKernel.Unit,
            RowKernel.Unit * TPacked.Bytes);
        var address = take(Group * units * bytes);
        Span<float> unit = stackalloc float[RowKernel.Unit];
        for (var place = 0; place < Group * units; place++)
        {
            var (row, start) = (first + (place % Group), place / Group * RowKernel.Unit);
            unit.Clear();
            if (row < module.Rank)
            {
                a.Slice((row * module.Input) + start, Math.Min(RowKernel.Unit, module.Input - start)).CopyTo(unit);
            }

            TPacked.Pack(unit, (byte*)address + (place * bytes));
        }

        return address;
    }

    private static unsafe nint PackTile<TPacked>(
        BankedModule module, ReadOnlySpan<float> b, int first, int start, Func<int, nint> take)
        where TPacked : struct, IPackedNumbers
    {
        var (ranks, bytes) = (Math.Min(MostRanks, module.Rank - first), RowKernel.Unit * TPacked.Bytes);
        var address = take(2 * ranks * bytes);
        Span<float> unit = stackalloc float[RowKernel.Unit];
        for (var place = 0; place < 2 * ranks; place++)
        {
            var column = start + (place % 2 * RowKernel.Unit);
            unit.Clear();
            for (var i = 0; i < Math.Min(unit.Length, module.Output - column); i++)
            {
                unit[i] = b[((column + i) * module.Rank) + first + (place / 2)];
            }

            TPacked.Pack(unit, (byte*)address + (place * bytes));
        }

        return address;
    }
}
