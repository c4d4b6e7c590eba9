using System.Text;

namespace Pipeline.Data.Tokenizers;

/// <summary>Converts positions in a text between bytes, code points and UTF-16 units.</summary>
internal sealed class OffsetMap
{
    private readonly int[]? _positions;

    private OffsetMap(int[]? positions) => _positions = positions;

    /// <summary>From byte positions to code points; a position within a character counts as its start.</summary>
    internal static OffsetMap FromBytes(ReadOnlySpan<byte> utf8)
    {
        if (!utf8.ContainsAnyInRange((byte)0x80, (byte)0xFF)) return new OffsetMap(null);
        var positions = new int[utf8.Length + 1];
        var codePoints = 0;
        for (var at = 0; at < utf8.Length; at++)
        {
            if ((utf8[at] & 0xC0) != 0x80) codePoints++;
            positions[at] = codePoints - 1;
        }

        positions[^1] = codePoints;
        return new OffsetMap(positions);
    }

    /// <summary>From byte positions to UTF-16 units; a position within a character counts as its start.</summary>
    internal static OffsetMap BytesToUtf16(ReadOnlySpan<byte> utf8)
    {
        if (!utf8.ContainsAnyInRange((byte)0x80, (byte)0xFF)) return new OffsetMap(null);
        var positions = new int[utf8.Length + 1];
        var (units, last) = (0, 0);
        for (var at = 0; at < utf8.Length; at++)
        {
            if ((utf8[at] & 0xC0) != 0x80)
            {
                last = units;
                units += utf8[at] >= 0xF0 ? 2 : 1;
            }

            positions[at] = last;
        }

        positions[^1] = units;
        return new OffsetMap(positions);
    }

    /// <summary>Converts the offsets of an encoding and of its overflow from code points.</summary>
    /// <param name="encoding">The encoding.</param>
    /// <param name="texts">The first and the second text.</param>
    /// <param name="unit">Target unit.</param>
    internal static void Convert(TokenEncoding encoding, string?[] texts, OffsetUnit unit)
    {
        if (unit != OffsetUnit.CodePoint)
            Convert(encoding, Array.ConvertAll(texts, text => FromCodePoints(text ?? "", unit)));
    }

    internal int Convert(int position) =>
        _positions is null ? position : _positions[Math.Min(position, _positions.Length - 1)];

    /// <summary>As <see cref="Convert(int)"/>, but a position within a character counts as its end.</summary>
    internal int ConvertEnd(int position, ReadOnlySpan<byte> utf8)
    {
        while (position < utf8.Length && (utf8[position] & 0xC0) == 0x80) position++;
        return Convert(position);
    }

    private static void Convert(TokenEncoding encoding, OffsetMap[] maps)
    {
        for (var i = 0; i < encoding.Count; i++)
        {
            if (encoding.SequenceIds[i] is not { } sequence) continue;
            var (start, end) = encoding.Offsets[i];
            encoding.Offsets[i] = new TokenOffset(maps[sequence].Convert(start), maps[sequence].Convert(end));
        }

        encoding.Overflowing.ForEach(part => Convert(part, maps));
    }

    private static OffsetMap FromCodePoints(string text, OffsetUnit unit)
    {
        if (Ascii.IsValid(text)) return new OffsetMap(null);
        var positions = new List<int>(text.Length + 1) { 0 };
        foreach (var rune in text.EnumerateRunes())
        {
            positions.Add(
                positions[^1] + (unit == OffsetUnit.Byte ? rune.Utf8SequenceLength : rune.Utf16SequenceLength));
        }

        return new OffsetMap([.. positions]);
    }
}
