using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Data.Dedup;

/// <summary>Words of at most sixteen bytes as two numbers, read at once and without a branch.</summary>
internal static class ShortWord
{
    /// <summary>Most bytes of a word.</summary>
    public const int Most = 16;

    // Which of sixteen bytes belong to a word of so many, as two masks.
    private static readonly ulong[] Low = [.. Enumerable.Range(0, Most + 1).Select(Mask)];
    private static readonly ulong[] High = [.. Enumerable.Range(0, Most + 1).Select(length => Mask(length - 8))];

    /// <summary>The first sixteen bytes of a word, zeros behind a shorter one.</summary>
    /// <param name="word">Its first byte; sixteen can be read from there on.</param>
    /// <param name="length">Bytes of the word.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (ulong Low, ulong High) Read(ref byte word, int length)
    {
        var size = Math.Min(length, Most);
        ref var low = ref MemoryMarshal.GetArrayDataReference(Low);
        ref var high = ref MemoryMarshal.GetArrayDataReference(High);
        return (Unsafe.ReadUnaligned<ulong>(ref word) & Unsafe.Add(ref low, size),
            Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref word, 8)) & Unsafe.Add(ref high, size));
    }

    private static ulong Mask(int bytes) => bytes switch
    {
        <= 0 => 0,
        >= 8 => ulong.MaxValue,
        _ => (1UL << (bytes * 8)) - 1,
    };
}
