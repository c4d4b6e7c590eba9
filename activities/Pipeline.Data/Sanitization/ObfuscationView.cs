using System.Globalization;
using Pipeline.Data.Stages;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Sanitization;

/// <summary>
/// A text as a reader sees it, with a map back to its bytes: full-width forms and other scripts' digits as ASCII,
/// invisible characters gone, percent escapes resolved. One instance a thread.
/// </summary>
internal sealed class ObfuscationView
{
    private readonly ByteBuffer _text = new();
    private int[] _from = new int[4096];

    /// <summary>The view of the last text.</summary>
    public ReadOnlySpan<byte> Text => _text.Span;

    /// <summary>Builds the view.</summary>
    /// <returns>False when it would be the text itself; there is nothing more to find then.</returns>
    public bool Build(ReadOnlySpan<byte> text)
    {
        if (!text.ContainsAnyInRange((byte)0xC2, (byte)0xF4) && !text.Contains((byte)'%') && text.IndexOf("&#"u8) < 0)
        {
            return false;
        }

        _text.Clear();
        if (_from.Length < text.Length + 1)
        {
            _from = new int[text.Length + 1];
        }

        var changed = false;
        for (var at = 0; at < text.Length;)
        {
            var length = 1;
            var shown = text[at] switch
            {
                (byte)'%' => Escape(text, at, ref length),
                (byte)'&' => Reference(text, at, ref length),
                < 0x80 and var plain => plain,
                _ => Fold(CodePoints.Decode(text, at, out length)),
            };
            if (shown == Same)
            {
                Copy(text.Slice(at, length), at);
            }
            else
            {
                changed = true;
                if (shown != Nothing)
                {
                    _from[_text.Length] = at;
                    _text.Add((byte)shown);
                }
            }

            changed |= shown >= 0 && length > 1;
            at += length;
        }

        _from[_text.Length] = text.Length;
        return changed;
    }

    /// <summary>The bytes of the text behind a span of the view.</summary>
    public PiiSpan Map(PiiSpan span) => span with { Start = _from[span.Start], End = _from[span.End] };

    private const int Nothing = -1;
    private const int Same = -2;

    // `%40` in a URL is an at sign to whoever opens it; control characters and escapes of UTF-8 stay.
    private static int Escape(ReadOnlySpan<byte> text, int at, ref int length)
    {
        if (at + 2 < text.Length && char.IsAsciiHexDigit((char)text[at + 1])
            && char.IsAsciiHexDigit((char)text[at + 2]))
        {
            var value = (Hex(text[at + 1]) << 4) | Hex(text[at + 2]);
            // %2540 was encoded twice.
            var twice = value == '%' && at + 4 < text.Length && char.IsAsciiHexDigit((char)text[at + 3])
                && char.IsAsciiHexDigit((char)text[at + 4]);
            value = twice ? (Hex(text[at + 3]) << 4) | Hex(text[at + 4]) : value;
            if (value is >= 0x20 and < 0x7F)
            {
                length = twice ? 5 : 3;
                return value;
            }
        }

        return text[at];
    }

    // `&#64;` and `&#x40;` are at signs on a page.
    private static int Reference(ReadOnlySpan<byte> text, int at, ref int length)
    {
        var hex = at + 2 < text.Length && text[at + 2] is (byte)'x' or (byte)'X';
        var (value, end) = (0, at + (hex ? 3 : 2));
        while (end < text.Length && end - at < 7 && char.IsAsciiHexDigit((char)text[end])
            && (hex || char.IsAsciiDigit((char)text[end])))
        {
            value = (value * (hex ? 16 : 10)) + Hex(text[end++]);
        }

        if (at + 1 < text.Length && text[at + 1] == '#' && end < text.Length && text[end] == ';'
            && value is >= 0x20 and < 0x7F)
        {
            length = end + 1 - at;
            return value;
        }

        return text[at];
    }

    private static int Hex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static int Fold(int c) => c switch
    {
        >= 0xFF01 and <= 0xFF5E => c - 0xFF01 + '!',
        0x3002 or 0xFF61 or 0x2024 => '.',
        >= 0x0660 and <= 0x0669 => c - 0x0660 + '0',
        >= 0x06F0 and <= 0x06F9 => c - 0x06F0 + '0',
        >= 0x07C0 and <= 0x1819 when CharUnicodeInfo.GetDecimalDigitValue((char)c) is >= 0 and var digit => digit + '0',
        >= 0x1D7CE and <= 0x1D7FF => ((c - 0x1D7CE) % 10) + '0',
        >= 0x2010 and <= 0x2015 or 0x2212 or 0xFE63 => '-',
        0xA0 or 0x2007 or 0x202F or 0x2009 => ' ',
        0xAD or >= 0x200B and <= 0x200F or >= 0x202A and <= 0x202E or >= 0x2060 and <= 0x2069 or 0xFEFF or >= 0xFE00
            and <= 0xFE0F => Nothing,
        >= 0xE0000 and <= 0xE007F => Nothing,
        _ => Same,
    };

    private void Copy(ReadOnlySpan<byte> bytes, int at)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            _from[_text.Length] = at + i;
            _text.Add(bytes[i]);
        }
    }
}
