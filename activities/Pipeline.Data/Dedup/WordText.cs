using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text;
using Pipeline.Data.Stages;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Dedup;

/// <summary>The words of a normalised text, runs of letters and numbers, as bounds within it.</summary>
internal sealed class WordText
{
    private const int Block = 64;

    private readonly TextNormalizer _normalizer = new();
    private readonly ByteBuffer _joined = new();
    private int[] _edges = new int[1024];

    /// <summary>The whole normalised text, punctuation included.</summary>
    public ByteBuffer Normal { get; } = new();

    /// <summary>Number of words.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// UTF-8 of words <paramref name="first"/> … <paramref name="first"/> + <paramref name="count"/> − 1, joined by one
    /// space; valid until the next call.
    /// </summary>
    public ReadOnlySpan<byte> Slice(int first, int count)
    {
        _joined.Clear();
        for (var word = first; word < first + count; word++)
        {
            if (word > first)
            {
                _joined.Add((byte)' ');
            }

            _joined.Add(Normal.Span[_edges[2 * word].._edges[(2 * word) + 1]]);
        }

        return _joined.Span;
    }

    /// <summary>A hash of each word.</summary>
    public void HashWords(Span<ulong> hashes, ulong seed)
    {
        var (bytes, edges) = (Normal.Array, _edges);
        for (var i = 0; i < Count; i++)
        {
            var (start, length) = (edges[2 * i], edges[(2 * i) + 1] - edges[2 * i]);
            if (length > ShortWord.Most)
            {
                hashes[i] = FastHash.Of(bytes.AsSpan(start, length), seed);
                continue;
            }

            // There is always room behind the text.
            var (low, high) = ShortWord.Read(ref bytes[start], length);
            hashes[i] = FastHash.OfShort(low, high, length, seed);
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
        // Blocks may reach behind the text, where no word is to be found.
        Normal.Reserve(Block)[..Block].Clear();
        var normal = Normal.Span;
        if (_edges.Length < normal.Length + 2)
        {
            _edges = new int[(normal.Length + 2) * 2];
        }

        var edges = Ascii.IsValid(normal) ? AsciiEdges(normal.Length) : UnicodeEdges(normal);
        _edges[edges] = normal.Length; // ends a word at the end of the text
        Count = (edges + 1) / 2;
    }

    /// <summary>
    /// 64 bytes at once: a bit for each that belongs to a word, from which the bounds of the words come.
    /// </summary>
    private int AsciiEdges(int length)
    {
        var (bytes, at, edges, before) = (Normal.Array, _edges, 0, 0UL);
        for (var start = 0; start < length; start += Block)
        {
            var words = WordBits(Vector512.Create<byte>(bytes.AsSpan(start, Block)));
            for (var bits = words ^ ((words << 1) | before); bits != 0; bits &= bits - 1)
            {
                at[edges++] = start + BitOperations.TrailingZeroCount(bits);
            }

            before = words >> (Block - 1);
        }

        return edges;
    }

    private static ulong WordBits(Vector512<byte> bytes)
    {
        var letters = Vector512.LessThan(bytes - Vector512.Create((byte)'a'), Vector512.Create((byte)26));
        var digits = Vector512.LessThan(bytes - Vector512.Create((byte)'0'), Vector512.Create((byte)10));
        return (letters | digits).ExtractMostSignificantBits();
    }

    private int UnicodeEdges(ReadOnlySpan<byte> normal)
    {
        var (table, edges, open) = (AsciiClass.Table, 0, false);
        for (var at = 0; at < normal.Length;)
        {
            var (size, value) = (1, normal[at]);
            var inWord = value < 0x80
                ? (table[value] & AsciiClass.Word) != 0
                : CodePoints.IsIn(
                    CodePoints.Decode(normal, at, out size), CharacterClass.Letter | CharacterClass.Number);
            if (inWord != open)
            {
                _edges[edges++] = at;
                open = inWord;
            }

            at += size;
        }

        return edges;
    }
}
