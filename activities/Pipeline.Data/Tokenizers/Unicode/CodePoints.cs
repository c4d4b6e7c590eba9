using System.Globalization;
using System.Runtime.CompilerServices;

namespace Pipeline.Data.Tokenizers.Unicode;

/// <summary>Code points in well-formed UTF-8 and the predicates that tokenizer files rely on.</summary>
internal static class CodePoints
{
    private static readonly byte[] Categories = BuildCategories();

    /// <summary>Whether the general category of a code point is in a mask of <see cref="CharacterClass"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsIn(int codePoint, uint mask) => ((mask >> Categories[codePoint]) & 1) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint CategoryBit(int codePoint) => 1u << Categories[codePoint];

    /// <summary>Bytes of the character that starts with this lead byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Length(byte lead) => lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

    /// <summary>Decodes the character at a position of well-formed UTF-8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Decode(ReadOnlySpan<byte> text, int at, out int length)
    {
        int lead = text[at];
        if (lead < 0x80)
        {
            length = 1;
            return lead;
        }

        if (lead < 0xE0)
        {
            length = 2;
            return ((lead & 0x1F) << 6) | (text[at + 1] & 0x3F);
        }

        if (lead < 0xF0)
        {
            length = 3;
            return ((lead & 0x0F) << 12) | ((text[at + 1] & 0x3F) << 6) | (text[at + 2] & 0x3F);
        }

        length = 4;
        return ((lead & 0x07) << 18) | ((text[at + 1] & 0x3F) << 12) | ((text[at + 2] & 0x3F) << 6)
            | (text[at + 3] & 0x3F);
    }

    /// <summary>Decodes the character that ends before a position, which must be above 0.</summary>
    internal static int DecodeBefore(ReadOnlySpan<byte> text, int end, out int length)
    {
        var at = end - 1;
        while ((text[at] & 0xC0) == 0x80) at--;
        return Decode(text, at, out length);
    }

    internal static int Encode(int codePoint, Span<byte> destination) =>
        new System.Text.Rune(codePoint).EncodeToUtf8(destination);

    /// <summary>The property White_Space.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsWhiteSpace(int c) =>
        c < 0x80 ? c == ' ' || (uint)(c - 9) < 5 : c is 0x85 or 0xA0 || (c >= 0x1680 && IsHighWhiteSpace(c));

    /// <summary>
    /// <c>\w</c> as regular expressions of the regex crate have it: added tokens, the Whitespace pre-tokenizer.
    /// </summary>
    internal static bool IsWord(int c) =>
        IsIn(c, CharacterClass.Letter | CharacterClass.Mark | CharacterClass.DecimalNumber | CharacterClass.LetterNumber
            | CharacterClass.ConnectorPunctuation)
        || c is 0x200C or 0x200D || IsCircledLetter(c);

    /// <summary><c>\w</c> as the regular expressions of a tokenizer file have it (Oniguruma).</summary>
    internal static bool IsPatternWord(int c) =>
        IsIn(c, CharacterClass.Letter | CharacterClass.Mark | CharacterClass.DecimalNumber | CharacterClass.LetterNumber
            | CharacterClass.ConnectorPunctuation)
        || c is 0xB2 or 0xB3 or 0xB9 or (>= 0xBC and <= 0xBE) || IsCircledLetter(c);

    /// <summary>A number for the Digits pre-tokenizer; it knows two blocks of Unicode 17 already.</summary>
    internal static bool IsNumeric(int c) =>
        IsIn(c, CharacterClass.Number) || c is (>= 0x11DE0 and <= 0x11DE9) or (>= 0x16FF4 and <= 0x16FF6);

    private static bool IsHighWhiteSpace(int c) =>
        c is 0x1680 or (>= 0x2000 and <= 0x200A) or 0x2028 or 0x2029 or 0x202F or 0x205F or 0x3000;

    /// <summary>Symbols with the property Alphabetic.</summary>
    private static bool IsCircledLetter(int c) =>
        c is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169)
            or (>= 0x1F170 and <= 0x1F189);

    private static byte[] BuildCategories()
    {
        var categories = new byte[0x110000];
        categories.AsSpan(0x40000).Fill((byte)UnicodeCategory.OtherNotAssigned);
        for (var c = 0; c < 0x40000; c++) categories[c] = (byte)CharUnicodeInfo.GetUnicodeCategory(c);
        for (var c = 0xE0000; c < 0xE1000; c++) categories[c] = (byte)CharUnicodeInfo.GetUnicodeCategory(c);
        categories.AsSpan(0xF0000, 0xFFFE).Fill((byte)UnicodeCategory.PrivateUse);
        categories.AsSpan(0x100000, 0xFFFE).Fill((byte)UnicodeCategory.PrivateUse);
        return categories;
    }
}
