using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Dedup;

/// <summary>
/// Turns a loaded <see cref="WordText"/> into the sorted set of its shingle hashes. One instance a thread.
/// </summary>
internal sealed class Shingler(ShingleKind kind, int size, ShingleHash hash, ulong seed = 0)
{
    private const ulong Roll = 0x9E3779B97F4A7C15;
    private const int Lanes = 8;
    private ulong[] _hashes = new ulong[512];
    private ulong[] _words = new ulong[512];
    private readonly HashSorter _sorter = new();
    private int _count;

    /// <summary>
    /// The distinct hashes, ascending; valid until the next call. Empty for a text without words (or characters).
    /// </summary>
    public ReadOnlySpan<ulong> Hash(WordText text)
    {
        HashAll(text);
        return Distinct();
    }

    /// <summary>The hash of every shingle in the order of the text; valid until the next call.</summary>
    public ReadOnlySpan<ulong> HashAll(WordText text)
    {
        _count = 0;
        if (kind == ShingleKind.Character)
        {
            Characters(text.Normal.Span);
        }
        else if (text.Count > 0)
        {
            Words(text);
        }

        return _hashes.AsSpan(0, _count);
    }

    private void Words(WordText text)
    {
        var n = Math.Min(size, text.Count);
        if (hash == ShingleHash.Sha1)
        {
            for (var i = 0; i + n <= text.Count; i++)
            {
                Add(Sha(text.Slice(i, n)));
            }

            return;
        }

        FastWords(text, n);
    }

    // A polynomial over word hashes, the first word with the highest power; eight shingles at once.
    private void FastWords(WordText text, int n)
    {
        _count = text.Count - n + 1;
        if (_words.Length < text.Count + Lanes)
        {
            (_words, _hashes) = (new ulong[2 * (text.Count + Lanes)], new ulong[2 * (text.Count + Lanes)]);
        }

        text.HashWords(_words, seed);
        ref var words = ref MemoryMarshal.GetArrayDataReference(_words);
        ref var hashes = ref MemoryMarshal.GetArrayDataReference(_hashes);
        for (var i = 0; i < _count; i += Lanes)
        {
            var sum = Vector512.LoadUnsafe(ref words, (nuint)i);
            for (var word = 1; word < n; word++)
            {
                sum = (sum * Vector512.Create(Roll)) + Vector512.LoadUnsafe(ref words, (nuint)(i + word));
            }

            FastHash.Finish(sum).StoreUnsafe(ref hashes, (nuint)i);
        }
    }

    private void Characters(ReadOnlySpan<byte> text)
    {
        var (points, end) = (0, 0);
        while (end < text.Length && points < size)
        {
            end += CodePoints.Length(text[end]);
            points++;
        }

        if (points == 0)
        {
            return;
        }

        for (var start = 0; ; start += CodePoints.Length(text[start]), end += CodePoints.Length(text[end]))
        {
            var shingle = text[start..end];
            Add(hash == ShingleHash.Sha1 ? Sha(shingle) : FastHash.Of(shingle, seed));
            if (end >= text.Length)
            {
                break;
            }
        }
    }

    private ReadOnlySpan<ulong> Distinct()
    {
        var hashes = _hashes.AsSpan(0, _count);
        _sorter.Sort(hashes);
        var kept = 0;
        for (var i = 0; i < hashes.Length; i++)
        {
            if (i == 0 || hashes[i] != hashes[kept - 1])
            {
                hashes[kept++] = hashes[i];
            }
        }

        return hashes[..kept];
    }

    [SuppressMessage("Security", "CA5350",
        Justification = "A hash of shingles, prescribed by the signature scheme; nothing is protected by it.")]
    private static ulong Sha(ReadOnlySpan<byte> shingle)
    {
        Span<byte> digest = stackalloc byte[20];
        SHA1.HashData(shingle, digest);
        return BinaryPrimitives.ReadUInt64LittleEndian(digest);
    }

    private void Add(ulong value)
    {
        if (_count == _hashes.Length)
        {
            Array.Resize(ref _hashes, _count * 2);
        }

        _hashes[_count++] = value;
    }
}
