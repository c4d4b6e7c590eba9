using System.Globalization;
using System.Text;

namespace Pipeline.Data.ChatTemplates.Syntax;

/// <summary>Python's escape sequences.</summary>
internal static class StringLiteral
{
    /// <summary>The text of a literal, or null when a sequence is cut off or malformed.</summary>
    public static string? Unescape(ReadOnlySpan<char> literal)
    {
        if (!literal.Contains('\\')) return literal.ToString();
        var text = new StringBuilder(literal.Length);
        for (var i = 0; i < literal.Length; i++)
        {
            if (literal[i] != '\\' || i + 1 >= literal.Length)
            {
                text.Append(literal[i]);
                continue;
            }

            var c = literal[++i];
            var simple = "ntrabfv\\'\"".IndexOf(c);
            if (simple >= 0) text.Append("\n\t\r\a\b\f\v\\'\""[simple]);
            else if (c is >= '0' and <= '7') i = Octal(literal, i, text);
            else if (c is 'x' or 'u' or 'U')
            {
                var digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
                if (i + digits >= literal.Length || !TryHex(literal.Slice(i + 1, digits), out var code)) return null;
                if (code < 0x10000) text.Append((char)code);
                else text.Append(char.ConvertFromUtf32(code));
                i += digits;
            }
            else if (c == 'N') return null;
            else if (c != '\n') text.Append('\\').Append(c);
        }

        return text.ToString();
    }

    private static int Octal(ReadOnlySpan<char> literal, int at, StringBuilder text)
    {
        var (code, end) = (0, at);
        for (; end < literal.Length && end < at + 3 && literal[end] is >= '0' and <= '7'; end++)
            code = (code * 8) + literal[end] - '0';
        text.Append((char)code);
        return end - 1;
    }

    private static bool TryHex(ReadOnlySpan<char> digits, out int code) =>
        int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out code)
            && code is >= 0 and <= 0x10FFFF;
}
