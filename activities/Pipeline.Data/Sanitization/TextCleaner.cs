using System.Buffers;
using System.Text;

namespace Pipeline.Data.Sanitization;

/// <summary>Deterministic repairs of one text; a second application changes nothing.</summary>
internal static class TextCleaner
{
    public const int Version = 1;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    // Control bytes, and the lead bytes of mojibake, of the C1 controls and of zero-width characters.
    private static readonly SearchValues<byte> Suspects = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(c => c is not (9 or 10)).Append(127).Append(0xC2).Append(0xC3).Append(0xE2).Append(0xEF).Select(c => (byte)c)]);

    /// <summary>False when no rule can change the text.</summary>
    public static bool MayChange(ReadOnlySpan<byte> text) =>
        text.ContainsAny(Suspects) || text.IndexOf("\n\n\n"u8) >= 0 || text.IndexOf(" \n"u8) >= 0 || text.IndexOf("\t\n"u8) >= 0;

    /// <summary>Applies all rules; adds the id of each that changed the text.</summary>
    public static string Clean(string text, List<string> rules)
    {
        text = Step(text, "mojibake", Repair, rules);
        text = Step(text, "line-ends", value => value.Replace("\r\n", "\n").Replace('\r', '\n'), rules);
        text = Step(text, "invisible", value => value.Any(Invisible) ? string.Concat(value.Where(c => !Invisible(c))) : value, rules);
        text = Step(text, "trailing-space", TrimLines, rules);
        return Step(text, "empty-lines", Collapse, rules);
    }

    /// <summary>White space before a line end goes; at the end of the text it may be meant.</summary>
    private static string TrimLines(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length - 1; i++)
        {
            lines[i] = lines[i].TrimEnd(' ', '\t');
        }

        return string.Join('\n', lines);
    }

    private static string Step(string text, string rule, Func<string, string> change, List<string> rules)
    {
        var changed = change(text);
        if (changed != text)
        {
            rules.Add(rule);
        }

        return changed;
    }

    private static bool Invisible(char c) =>
        c is (< ' ' and not ('\n' or '\t' or '\r')) or (>= '\x7f' and <= '\x9f') or '\u200b' or '\u2060' or '\ufeff';

    /// <summary>UTF-8 that was read as Latin-1: every character fits a byte and the bytes are valid UTF-8. Repeated until stable.</summary>
    private static string Repair(string text)
    {
        while (text.Any(c => c >= 0x80) && text.All(c => c <= 0xFF))
        {
            try
            {
                text = Strict.GetString(Encoding.Latin1.GetBytes(text));
            }
            catch (DecoderFallbackException)
            {
                break;
            }
        }

        return text;
    }

    private static string Collapse(string text)
    {
        while (text.Contains("\n\n\n", StringComparison.Ordinal))
        {
            text = text.Replace("\n\n\n", "\n\n");
        }

        return text;
    }
}
