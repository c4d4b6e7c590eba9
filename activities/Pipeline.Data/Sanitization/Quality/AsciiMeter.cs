using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Pipeline.Data.Dedup;

namespace Pipeline.Data.Sanitization.Quality;

/// <summary>
/// The counts of <see cref="TextMeter"/> for ASCII without phrases of boilerplate, 64 characters at once. One instance
/// a thread.
/// </summary>
internal sealed class AsciiMeter
{
    private const int Block = 64;
    private const ulong Seed = 0xA0761D6478BD642F;
    private const uint Www = 'w' | ('w' << 8) | ('w' << 16) | ('.' << 24);

    private readonly PairTable _pairs = new();
    private readonly HashSet<ulong> _lines = [];
    private byte[] _text = new byte[4096];
    private int[] _edges = new int[1024];
    private ulong[] _keys = new ulong[512];
    private int[] _sizes = new int[512];

    /// <summary>Characters by kind.</summary>
    public (int Other, int Symbols, int Digits, int White, int Brackets) Characters { get; private set; }

    /// <summary>Words, their characters, those of web addresses, and how many common words occur.</summary>
    public (int Count, int Characters, int UrlCharacters, int Common) Words { get; private set; }

    /// <summary>Lines that are not empty.</summary>
    public (int Count, int Characters, int UniqueCharacters, int Bullets, int Ellipses,
        int Boilerplate) Lines
    { get; private set; }

    /// <summary>Number of different lines.</summary>
    public int UniqueLines { get; private set; }

    /// <summary>
    /// Whether a phrase of boilerplate may be in the text; then the counts of lines are not complete.
    /// </summary>
    public bool MayHoldPhrase { get; private set; }

    /// <summary>Characters of the most frequent pair of words.</summary>
    public long TopPair => _pairs.Top;

    /// <summary>Counts a text.</summary>
    public void Read(ReadOnlySpan<byte> text)
    {
        var padded = Padded(text);
        var (digits, white, letters, brackets, symbols, edges, before) = (0, 0, 0, 0, 0, 0, 0UL);
        var signs = SignScanner.None;
        for (var start = 0; start < text.Length; start += Block)
        {
            var block = Vector512.Create(padded.Slice(start, Block));
            signs.Take(block, padded[start..]);
            var known = ulong.MaxValue >> Math.Max(0, Block - (text.Length - start));
            var words = ~(Equal(block, (byte)' ') | Between(block, 9, 13)).ExtractMostSignificantBits() & known;
            white += BitOperations.PopCount(~words & known);
            digits += Count(Between(block, (byte)'0', (byte)'9'), known);
            letters += Count(Between(block | Vector512.Create((byte)0x20), (byte)'a', (byte)'z'), known);
            brackets += Count(
                Between(block, (byte)'(', (byte)')') | Equal(block, (byte)'[') | Equal(block, (byte)']'), known);
            symbols += Count(Equal(block, (byte)'#'), known);
            // A bit where a word begins, and where one has ended.
            for (var bits = words ^ ((words << 1) | before); bits != 0; bits &= bits - 1)
            {
                _edges[edges++] = start + BitOperations.TrailingZeroCount(bits);
            }

            before = words >> (Block - 1);
        }

        _edges[edges] = text.Length; // ends a word at the end of the text
        ReadWords(padded, (edges + 1) / 2, signs.Urls);
        Words = Words with { Characters = text.Length - white };
        symbols += signs.Ellipses ? Ellipses(text) : 0;
        Characters = (text.Length - white - digits - letters, symbols, digits, white, brackets);
        MayHoldPhrase = signs.Phrases;
        ReadLines(text);
    }

    private void ReadWords(ReadOnlySpan<byte> padded, int count, bool urls)
    {
        var (urlCharacters, common, previous, previousLength) = (0, 0, 0UL, -1);
        // References instead of spans: each word would be checked six times against their bounds.
        ref var text = ref MemoryMarshal.GetReference(padded);
        ref var edge = ref MemoryMarshal.GetArrayDataReference(_edges);
        var keys = _keys.AsSpan(0, count);
        var sizes = _sizes.AsSpan(0, count);
        for (var i = 0; i < count; i++)
        {
            var start = Unsafe.Add(ref edge, 2 * i);
            var length = Unsafe.Add(ref edge, (2 * i) + 1) - start;
            ref var word = ref Unsafe.Add(ref text, start);
            var (first, second) = ShortWord.Read(ref word, length);
            var hash = length <= ShortWord.Most
                ? FastHash.OfShort(first, second, length, Seed) : FastHash.Of(padded.Slice(start, length), Seed);
            if (((uint)first | 0x202020) == Www || (urls && padded.Slice(start, length).IndexOf("://"u8) >= 0))
            {
                urlCharacters += length;
            }

            // Most words have no punctuation around them that would have to go first.
            var isBare = !TextMeter.IsPunctuation(word) & !TextMeter.IsPunctuation(Unsafe.Add(ref word, length - 1));
            common |= isBare
                ? CommonWords.BitOf(first, length) : TextMeter.CommonBit(padded.Slice(start, length));
            (keys[i], sizes[i]) = ((previous * 0x9E3779B97F4A7C15) + hash, previousLength + length + 1);
            (previous, previousLength) = (hash, length);
        }

        _pairs.Clear(count);
        if (count > 1)
        {
            _pairs.Add(keys[1..], sizes[1..]);
        }

        Words = (count, 0, urlCharacters, BitOperations.PopCount((uint)common));
    }

    // With room behind the text, so that whole blocks and words of sixteen bytes can be read everywhere.
    private ReadOnlySpan<byte> Padded(ReadOnlySpan<byte> text)
    {
        const int Room = Block + SignScanner.Reach;
        if (_text.Length < text.Length + Room)
        {
            _text = new byte[(text.Length + Room) * 2];
        }

        if (_edges.Length < text.Length + 2)
        {
            _edges = new int[(text.Length + 2) * 2];
            (_keys, _sizes) = (new ulong[_edges.Length / 2], new int[_edges.Length / 2]);
        }

        text.CopyTo(_text);
        _text.AsSpan(text.Length, Room).Clear();
        return _text.AsSpan(0, text.Length + Room);
    }

    // An ellipsis counts where three points follow each other and no point stands before them.
    private static int Ellipses(ReadOnlySpan<byte> text)
    {
        var count = 0;
        for (var at = 0; text[at..].IndexOf("..."u8) is >= 0 and var skip;)
        {
            count++;
            at += skip;
            at += text[at..].IndexOfAnyExcept((byte)'.') is >= 0 and var rest ? rest : text.Length - at;
        }

        return count;
    }

    private void ReadLines(ReadOnlySpan<byte> text)
    {
        _lines.Clear();
        Lines = default;
        for (var rest = text; !rest.IsEmpty;)
        {
            var end = rest.IndexOfAny("\n\r\f"u8);
            var line = (end < 0 ? rest : rest[..end]).Trim(" \t\n\v\f\r"u8);
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.IsEmpty)
            {
                continue;
            }

            // One line is different from itself only; that is the usual case, and needs no hash.
            var isNew = (Lines.Count == 0 && rest.IsEmpty) || _lines.Add(FastHash.Of(line, 0x7E47));
            Lines = (
                Lines.Count + 1, Lines.Characters + line.Length, Lines.UniqueCharacters + (isNew ? line.Length : 0),
                Lines.Bullets + (line[0] is (byte)'*' or (byte)'-' ? 1 : 0), Lines.Ellipses
                    + (line.EndsWith("..."u8) ? 1 : 0), 0);
        }

        UniqueLines = Math.Max(_lines.Count, Math.Min(1, Lines.Count));
    }

    private static int Count(Vector512<byte> matches, ulong known) =>
        BitOperations.PopCount(matches.ExtractMostSignificantBits() & known);

    private static Vector512<byte> Equal(Vector512<byte> block, byte value) =>
        Vector512.Equals(block, Vector512.Create(value));

    private static Vector512<byte> Between(Vector512<byte> block, byte first, byte last) =>
        Vector512.LessThanOrEqual(block - Vector512.Create(first), Vector512.Create((byte)(last - first)));
}
