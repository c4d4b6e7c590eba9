using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Dedup;

/// <summary>
/// Turns a loaded <see cref="WordText"/> into the sorted set of its shingle hashes. One instance a thread.
/// </summary>
internal sealed class Shingler(ShingleKind kind, int size, ShingleHash hash, ulong seed = 0)
{
    private const ulong Roll = 0x9E3779B97F4A7C15;
    private ulong[] _hashes = new ulong[512];
    private ulong[] _words = new ulong[512];
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

        if (_words.Length < text.Count)
        {
            Array.Resize(ref _words, Math.Max(text.Count, _words.Length * 2));
        }

        var bytes = text.Bytes;
        var start = 0;
        for (var i = 0; i < text.Count; i++)
        {
            var end = text.End(i);
            _words[i] = FastHash.Of(bytes[start..end], seed);
            start = end + 1;
        }

        // A polynomial over word hashes rolls: the oldest word leaves with weight Roll^(n-1).
        var (leave, rolling) = (1UL, 0UL);
        for (var i = 1; i < n; i++)
        {
            leave *= Roll;
        }

        for (var i = 0; i < text.Count; i++)
        {
            if (i >= n)
            {
                rolling -= _words[i - n] * leave;
            }

            rolling = (rolling * Roll) + _words[i];
            if (i >= n - 1)
            {
                Add(FastHash.Finish(rolling));
            }
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
        hashes.Sort();
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
