using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics;
using Pipeline.Data.Dedup;

namespace Pipeline.Data.Sanitization.Quality;

/// <summary>
/// The counts of <see cref="TextMeter"/> for ASCII without phrases of boilerplate, 64 characters at once. One instance
/// a thread.
/// </summary>
internal sealed class AsciiMeter
{
    private readonly PairTable _pairs = new();
    private readonly HashSet<ulong> _lines = [];
    private readonly byte[] _padded = new byte[64];
    private ulong _previousHash;
    private int _previousLength;
    private int _words;
    private int _wordCharacters;
    private int _urlCharacters;
    private int _common;

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

    /// <summary>Characters of the most frequent pair of words.</summary>
    public long TopPair => _pairs.Top;

    /// <summary>Counts a text.</summary>
    public void Read(ReadOnlySpan<byte> text)
    {
        (_words, _wordCharacters, _urlCharacters, _common, _previousLength) = (0, 0, 0, 0, 0);
        _pairs.Clear((text.Length + 1) / 2);
        var (digits, white, letters, brackets, symbols, open) = (0, 0, 0, 0, 0, -1);
        var urls = text.IndexOf("://"u8) >= 0 || text.IndexOf("ww."u8) >= 0 || text.IndexOf("WW."u8) >= 0
            || text.IndexOf("wW."u8) >= 0 || text.IndexOf("Ww."u8) >= 0;
        for (var start = 0; start < text.Length; start += 64)
        {
            var size = Math.Min(64, text.Length - start);
            var block = Block(text.Slice(start, size));
            var spaces = Bits(Vector512.Equals(block, Vector512.Create((byte)' ')) | Between(block, 9, 13), size);
            white += BitOperations.PopCount(spaces);
            digits += BitOperations.PopCount(Bits(Between(block, (byte)'0', (byte)'9'), size));
            letters += BitOperations.PopCount(
                Bits(Between(block | Vector512.Create((byte)0x20), (byte)'a', (byte)'z'), size));
            brackets += BitOperations.PopCount(
                Bits(Between(block, (byte)'(', (byte)')') | Equal(block, (byte)'[') | Equal(block, (byte)']'), size));
            symbols += BitOperations.PopCount(Bits(Equal(block, (byte)'#'), size));
            open = ReadWords(text, start, size, ~spaces, open, urls);
        }

        if (open >= 0)
        {
            AddWord(text, open, text.Length, urls);
        }

        Words = (_words, _wordCharacters, _urlCharacters, BitOperations.PopCount((uint)_common));
        Characters = (text.Length - white - digits - letters, symbols + Ellipses(text), digits, white, brackets);
        ReadLines(text);
    }

    /// <summary>Adds the words that end in a block; returns where the open one starts, -1 for none.</summary>
    private int ReadWords(ReadOnlySpan<byte> text, int start, int size, ulong black, int open, bool urls)
    {
        for (var at = 0; at < size;)
        {
            var bits = black >> at;
            var run = Math.Min(BitOperations.TrailingZeroCount(open < 0 ? bits : ~bits), size - at);
            at += run;
            if (at == size)
            {
                break;
            }

            if (open < 0)
            {
                open = start + at;
            }
            else
            {
                AddWord(text, open, start + at, urls);
                open = -1;
            }
        }

        return open;
    }

    private void AddWord(ReadOnlySpan<byte> text, int start, int end, bool urls)
    {
        var word = text[start..end];
        var hash = HashOf(text, start, word);
        _words++;
        _wordCharacters += word.Length;
        _urlCharacters += urls && (word.IndexOf("://"u8) >= 0 || StartsWithWww(word)) ? word.Length : 0;
        _common |= TextMeter.CommonBit(word);
        if (_previousLength > 0)
        {
            _pairs.Add((_previousHash * 0x9E3779B97F4A7C15) + hash, _previousLength + word.Length + 1);
        }

        (_previousLength, _previousHash) = (word.Length, hash);
    }

    // Eight bytes are read at once where there are so many, and those behind the word masked.
    private static ulong HashOf(ReadOnlySpan<byte> text, int start, ReadOnlySpan<byte> word)
    {
        const ulong Seed = 0xA0761D6478BD642F;
        if (word.Length > 8)
        {
            return FastHash.Of(word, Seed);
        }

        var bytes = 0UL;
        if (start + 8 <= text.Length)
        {
            bytes = BinaryPrimitives.ReadUInt64LittleEndian(text[start..])
                & (ulong.MaxValue >> ((8 - word.Length) * 8));
        }
        else
        {
            for (var i = word.Length - 1; i >= 0; i--)
            {
                bytes = (bytes << 8) | word[i];
            }
        }

        return FastHash.Mix(bytes, Seed + (ulong)word.Length);
    }

    private static bool StartsWithWww(ReadOnlySpan<byte> word) =>
        word.Length >= 4 && (word[0] | 0x20) == 'w' && (word[1] | 0x20) == 'w' && (word[2] | 0x20) == 'w'
            && word[3] == '.';

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

    private Vector512<byte> Block(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 64)
        {
            return Vector512.Create(bytes);
        }

        Array.Clear(_padded);
        bytes.CopyTo(_padded);
        return Vector512.Create(_padded);
    }

    private static Vector512<byte> Equal(Vector512<byte> block, byte value) =>
        Vector512.Equals(block, Vector512.Create(value));

    private static Vector512<byte> Between(Vector512<byte> block, byte first, byte last) =>
        Vector512.LessThanOrEqual(block - Vector512.Create(first), Vector512.Create((byte)(last - first)));

    private static ulong Bits(Vector512<byte> matches, int size) =>
        matches.ExtractMostSignificantBits() & (ulong.MaxValue >> (64 - size));
}
