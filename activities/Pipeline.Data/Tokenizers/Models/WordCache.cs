using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Data.Tokenizers.Models;

/// <summary>
/// Ids of words met before, for one thread. Words of up to 16 bytes live inline in a direct-mapped table, so a hit
/// costs one or two cache lines; a newer word displaces an older one.
/// </summary>
internal sealed class WordCache
{
    internal const int MaxBytes = 16;
    internal const int MaxIds = 6;
    private const int Bits = 15;

    private Entry[]? _entries;

    /// <summary>The key of a word of 1 to 16 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (ulong Low, ulong High) Key(ReadOnlySpan<byte> word)
    {
        ref var data = ref MemoryMarshal.GetReference(word);
        var length = word.Length;
        if (length >= 8)
        {
            return (Unsafe.ReadUnaligned<ulong>(ref data),
                Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref data, length - 8)));
        }

        if (length >= 4)
        {
            return (Unsafe.ReadUnaligned<uint>(ref data),
                Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref data, length - 4)));
        }

        return (data | ((ulong)Unsafe.Add(ref data, length >> 1) << 8)
            | ((ulong)Unsafe.Add(ref data, length - 1) << 16), 0);
    }

    /// <summary>The entry where a word belongs; it holds the word when <see cref="Entry.Holds"/> says so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref Entry Slot(ulong low, ulong high, int length)
    {
        var entries = _entries ??= new Entry[1 << Bits];
        var hash = ((low * 0x9E3779B97F4A7C15) ^ (high * 0xC2B2AE3D27D4EB4F)) + (ulong)length;
        hash ^= hash >> 32;
        return ref entries[(int)((hash * 0x9E3779B97F4A7C15) >> (64 - Bits))];
    }

    /// <summary>One word and its ids.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Entry
    {
        internal ulong Low;
        internal ulong High;
        internal byte Length;
        internal byte Count;
        internal IdBuffer Ids;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly bool Holds(ulong low, ulong high, int length) =>
            Low == low && High == high && Length == length;
    }

    /// <summary>Room for the ids of one word.</summary>
    [InlineArray(MaxIds)]
    internal struct IdBuffer
    {
        private int _first;
    }
}
