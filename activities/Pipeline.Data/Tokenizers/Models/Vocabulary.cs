using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Data.Tokenizers.Models;

/// <summary>Token texts (UTF-8) by id and ids by text, in flat arrays: no object per token.</summary>
internal sealed class Vocabulary
{
    private readonly byte[] _blob;
    private readonly int[] _offsets;
    private readonly int[] _lengths;
    private readonly int[] _slots;
    private readonly int _shift;

    /// <summary>Builds the index.</summary>
    /// <param name="blob">Texts one after the other.</param>
    /// <param name="offsets">Offset by id; -1 for an id without a text.</param>
    /// <param name="lengths">Length in bytes by id.</param>
    internal Vocabulary(byte[] blob, int[] offsets, int[] lengths)
    {
        (_blob, _offsets, _lengths) = (blob, offsets, lengths);
        var bits = 4;
        while (1 << bits < offsets.Length * 2) bits++;
        _shift = 32 - bits;
        _slots = new int[1 << bits];
        for (var id = 0; id < offsets.Length; id++)
        {
            if (offsets[id] < 0) continue;
            Count++;
            var slot = (int)(Hash(Text(id)) >> _shift);
            while (_slots[slot] != 0) slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = id + 1;
        }
    }

    /// <summary>Number of tokens.</summary>
    internal int Count { get; }

    /// <summary>One more than the highest id.</summary>
    internal int IdLimit => _offsets.Length;

    internal bool Contains(int id) => (uint)id < (uint)_offsets.Length && _offsets[id] >= 0;

    internal ReadOnlySpan<byte> Text(int id) => _blob.AsSpan(_offsets[id], _lengths[id]);

    /// <summary>The id of a text, or -1.</summary>
    internal int Find(ReadOnlySpan<byte> text)
    {
        for (var slot = (int)(Hash(text) >> _shift); ; slot = (slot + 1) & (_slots.Length - 1))
        {
            var id = _slots[slot] - 1;
            if (id < 0 || (_lengths[id] == text.Length && Text(id).SequenceEqual(text))) return id;
        }
    }

    internal int Find(string text) => Find(System.Text.Encoding.UTF8.GetBytes(text));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Hash(ReadOnlySpan<byte> text)
    {
        const ulong Multiplier = 0x9E3779B97F4A7C15;
        ref var data = ref MemoryMarshal.GetReference(text);
        var hash = (ulong)text.Length * Multiplier;
        var at = 0;
        for (; at + 8 <= text.Length; at += 8)
        {
            hash = (hash ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref data, at))) * Multiplier;
            hash ^= hash >> 29;
        }

        ulong tail = 0;
        for (; at < text.Length; at++) tail = (tail << 8) | Unsafe.Add(ref data, at);
        hash = (hash ^ tail) * Multiplier;
        hash ^= hash >> 32;
        return (uint)((hash * Multiplier) >> 32);
    }
}
