using System.Text;

namespace Pipeline.Data.Sanitization;

/// <summary>Questions about single bytes of UTF-8 text; positions outside of it count as a space.</summary>
internal static class Bytes
{
    public static byte At(ReadOnlySpan<byte> text, int index) =>
        (uint)index < (uint)text.Length ? text[index] : (byte)' ';

    public static bool Digit(ReadOnlySpan<byte> text, int index) => char.IsAsciiDigit((char)At(text, index));

    public static bool Word(ReadOnlySpan<byte> text, int index) =>
        At(text, index) is (byte)'_' || char.IsAsciiLetterOrDigit((char)At(text, index));

    public static bool Upper(ReadOnlySpan<byte> text, int index) => char.IsAsciiLetterUpper((char)At(text, index));

    /// <summary>
    /// Whether a number may begin here: neither inside a word nor behind a dotted or dashed part of one.
    /// </summary>
    public static bool StartsFree(ReadOnlySpan<byte> text, int start) =>
        !Word(text, start - 1) && !(At(text, start - 1) is (byte)'.' or (byte)'-' && Word(text, start - 2));

    /// <summary>
    /// Whether a number may end here: no word character, and no further group of digits behind a separator.
    /// </summary>
    public static bool EndsFree(ReadOnlySpan<byte> text, int end) =>
        !Word(text, end) && !(At(text, end) is (byte)'.' or (byte)'-' or (byte)'/' && Word(text, end + 1));

    /// <summary>Whether a text ends with an ASCII word, in small letters or capitals.</summary>
    public static bool EndsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) =>
        text.Length >= word.Length && Ascii.EqualsIgnoreCase(text[^word.Length..], word);

    public static int SkipDigits(ReadOnlySpan<byte> text, int index, int most)
    {
        var end = index;
        while (end - index < most && Digit(text, end))
        {
            end++;
        }

        return end;
    }

    public static int Number(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var digit in digits)
        {
            value = (value * 10) + digit - '0';
        }

        return value;
    }
}
