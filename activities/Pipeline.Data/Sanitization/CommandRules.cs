using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Data.Sanitization;

/// <summary>Passwords on command lines: <c>curl -u user:…</c>, <c>mysql -p…</c>, <c>sshpass -p …</c>.</summary>
internal static partial class CommandRules
{
    private const int Line = 300;
    private const int Longest = 128;
    private const int Shortest = 4;

    /// <summary>The password behind the colon of an option of curl; empty when it is none.</summary>
    public static (int Start, int End) Curl(ReadOnlySpan<byte> text, int colon)
    {
        if (Bytes.At(text, colon + 1) is <= (byte)' ' or (byte)'/' || Before(text, colon).IndexOf("curl"u8) < 0)
        {
            return default;
        }

        var window = Encoding.Latin1.GetString(text[Math.Max(0, colon - 80)..colon]);
        var option = UserOption().Match(window);
        var quote = option.Groups["quote"].ValueSpan is [var mark] ? (byte)mark : default;
        return option.Success ? Value(text, colon + 1, quote) : default;
    }

    /// <summary>The password behind <c> -p</c>, where the scan finds it.</summary>
    public static ((int, int), int) Password(ReadOnlySpan<byte> text, int at)
    {
        // Of this command alone: what is joined to it may have a -p of its own.
        var line = Before(text, at);
        line = line[(line.LastIndexOfAny((byte)';', (byte)'|', (byte)'&') + 1)..];
        var (value, quote) = (at + 3, default(byte));
        if (line.IndexOf("sshpass"u8) >= 0 && Bytes.At(text, value) == ' ')
        {
            value++;
        }
        else if (line.IndexOf("mysql"u8) < 0 && line.IndexOf("mariadb"u8) < 0)
        {
            return (default, value);
        }

        if (Bytes.At(text, value) is (byte)'\'' or (byte)'"')
        {
            quote = text[value++];
        }

        var found = Value(text, value, quote);
        return (found, Math.Max(found.End, value));
    }

    private static (int Start, int End) Value(ReadOnlySpan<byte> text, int start, byte quote)
    {
        var end = start;
        while (end < text.Length && end - start < Longest
            && (quote != default ? text[end] != quote && text[end] != '\n'
                : text[end] > ' ' && !"\"'`;|&<>()"u8.Contains(text[end])))
        {
            end++;
        }

        var value = text[start..end];
        // A variable or a gap to fill is no secret; a port has no letter, and -port is an option.
        return value.Length >= Shortest && !"<*${%-="u8.Contains(value[0])
            && (value.ContainsAnyInRange((byte)'a', (byte)'z') || value.ContainsAnyInRange((byte)'A', (byte)'Z'))
            && !value.StartsWith("ort"u8) && !value.StartsWith("rotocol"u8) && !value.StartsWith("assw"u8)
            ? (start, end) : default;
    }

    /// <summary>The line up to a place in it.</summary>
    private static ReadOnlySpan<byte> Before(ReadOnlySpan<byte> text, int at)
    {
        var line = text[Math.Max(0, at - Line)..at];
        return line[(line.LastIndexOf((byte)'\n') + 1)..];
    }

    [GeneratedRegex("(?:^|\\s)(?:-[A-Za-z]*[uU] ?|--(?:proxy-)?user[ =])(?<quote>[\"']?)[^\\s\"':]{1,64}$")]
    private static partial Regex UserOption();
}
