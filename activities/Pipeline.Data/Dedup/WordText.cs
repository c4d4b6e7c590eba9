using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;
using Pipeline.Data.Stages;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Dedup;

/// <summary>
/// The words of a normalised text: runs of letters and numbers, joined by one space, with their bounds.
/// </summary>
internal sealed class WordText
{
    private const ulong ShortWord = 0xA0761D6478BD642F;
    private readonly TextNormalizer _normalizer = new();
    private readonly ByteBuffer _words = new();
    private int[] _ends = new int[256];
    private int[] _edges = new int[1024];

    /// <summary>The whole normalised text, punctuation included.</summary>
    public ByteBuffer Normal { get; } = new();

    /// <summary>Number of words.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// UTF-8 of words <paramref name="first"/> … <paramref name="first"/> + <paramref name="count"/> − 1.
    /// </summary>
    public ReadOnlySpan<byte> Slice(int first, int count)
    {
        var start = Start(first);
        return _words.Span[start..End(first + count - 1)];
    }

    public int Start(int word) => word == 0 ? 0 : _ends[word - 1] + 1;

    public int End(int word) => _ends[word];

    public ReadOnlySpan<byte> Bytes => _words.Span;

    /// <summary>A hash of each word, for look-ups within one process; not for what is stored.</summary>
    public void HashWords(Span<ulong> hashes)
    {
        var (bytes, start) = (_words.Array, 0);
        for (var i = 0; i < Count; i++)
        {
            var length = _ends[i] - start;
            ref var word = ref bytes[start];
            // There is always room behind the last word, so eight bytes are read at once and those of other words
            // masked.
            hashes[i] = length <= 8
                ? FastHash.Mix(Unsafe.ReadUnaligned<ulong>(ref word) & (ulong.MaxValue >> ((8 - length) * 8)),
                    ShortWord + (ulong)length)
                : FastHash.Of(bytes.AsSpan(start, length), ShortWord);
            start = _ends[i] + 1;
        }
    }

    /// <summary>Normalises a text and finds its words.</summary>
    public void Load(ReadOnlySpan<byte> text)
    {
        Normalize(text);
        Split();
    }

    /// <summary>Normalises a text; its words are there after <see cref="Split"/>.</summary>
    public void Normalize(ReadOnlySpan<byte> text)
    {
        Normal.Clear();
        _normalizer.Append(text, Normal);
        Count = 0;
    }

    /// <summary>Finds the words of the normalised text.</summary>
    public void Split()
    {
        Count = 0;
        var normal = Normal.Span;
        _words.Clear();
        _words.Reserve(normal.Length + 17);
        var (length, open) = Ascii.IsValid(normal) ? AsciiWords(normal) : UnicodeWords(normal);
        if (open)
        {
            Close(length);
        }

        _words.Length = Count == 0 ? 0 : _ends[Count - 1];
    }

    /// <summary>
    /// 64 bytes at once: a bit for each that belongs to a word, from which the bounds of the words come; then a copy of
    /// each word.
    /// </summary>
    private (int Length, bool Open) AsciiWords(ReadOnlySpan<byte> normal)
    {
        if (_edges.Length < normal.Length + 2)
        {
            _edges = new int[(normal.Length + 2) * 2];
        }

        var (edges, before) = (0, 0UL);
        Span<byte> rest = stackalloc byte[64];
        for (var start = 0; start < normal.Length; start += 64)
        {
            scoped var block = normal[start..];
            if (block.Length < 64)
            {
                rest.Clear();
                block.CopyTo(rest);
                block = rest;
            }

            var words = WordBits(block[..64]);
            for (var bits = words ^ ((words << 1) | before); bits != 0; bits &= bits - 1)
            {
                _edges[edges++] = start + BitOperations.TrailingZeroCount(bits);
            }

            before = words >> 63;
        }

        _edges[edges] = normal.Length; // ends a word at the end of the text
        return CopyWords(normal, (edges + 1) / 2);
    }

    private (int Length, bool Open) CopyWords(ReadOnlySpan<byte> normal, int count)
    {
        if (_ends.Length < count)
        {
            Array.Resize(ref _ends, count * 2);
        }

        var destination = _words.Array.AsSpan();
        var length = 0;
        for (var i = 0; i < count; i++)
        {
            var (start, size) = (_edges[2 * i], _edges[(2 * i) + 1] - _edges[2 * i]);
            if (size <= 16 && start + 16 <= normal.Length)
            {
                // A fixed size is one move; what is too much is overwritten or cut.
                normal.Slice(start, 16).CopyTo(destination[length..]);
            }
            else
            {
                normal.Slice(start, size).CopyTo(destination[length..]);
            }

            length += size;
            _ends[i] = length;
            destination[length++] = (byte)' ';
        }

        Count = count;
        return (length, false);
    }

    private static ulong WordBits(ReadOnlySpan<byte> block)
    {
        var bytes = Vector512.Create(block);
        var letters = Vector512.LessThan(bytes - Vector512.Create((byte)'a'), Vector512.Create((byte)26));
        var digits = Vector512.LessThan(bytes - Vector512.Create((byte)'0'), Vector512.Create((byte)10));
        return (letters | digits).ExtractMostSignificantBits();
    }

    private (int Length, bool Open) UnicodeWords(ReadOnlySpan<byte> normal)
    {
        var (destination, table, length, open) = (_words.Array, AsciiClass.Table, 0, false);
        for (var at = 0; at < normal.Length;)
        {
            var value = normal[at];
            if (value < 0x80)
            {
                at++;
                if ((table[value] & AsciiClass.Word) != 0)
                {
                    destination[length++] = value;
                    open = true;
                }
                else if (open)
                {
                    Close(length);
                    destination[length++] = (byte)' ';
                    open = false;
                }

                continue;
            }

            var point = CodePoints.Decode(normal, at, out var size);
            if (CodePoints.IsIn(point, CharacterClass.Letter | CharacterClass.Number))
            {
                normal.Slice(at, size).CopyTo(destination.AsSpan(length));
                length += size;
                open = true;
            }
            else if (open)
            {
                Close(length);
                destination[length++] = (byte)' ';
                open = false;
            }

            at += size;
        }

        return (length, open);
    }

    private void Close(int length)
    {
        if (Count == _ends.Length)
        {
            Array.Resize(ref _ends, Count * 2);
        }

        _ends[Count++] = length;
    }
}
