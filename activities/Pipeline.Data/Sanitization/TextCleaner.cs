using System.Buffers;
using System.Text;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Sanitization;

/// <summary>Deterministic repairs of one text; a second application changes nothing.</summary>
internal static class TextCleaner
{
    public const int Version = 3;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private const int MostMarks = 4;

    // Control bytes, and the lead bytes of mojibake, of the C1 controls, of marks, of zero-width, private and tag
    // characters.
    private static readonly SearchValues<byte> Suspects = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(c => c is not (9 or 10)).Concat(
            [127, 0xC2, 0xC3, 0xCC, 0xCD, 0xE2, 0xEE, 0xEF, 0xF3, 0xF4]).Select(c => (byte)c)]);

    private static readonly SearchValues<char> InvisibleOrHigh = SearchValues.Create(
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(c => Invisible(c) || HidesPair(c))]);

    private static readonly UnicodeNormalizer Composed = new(compose: true, compatible: false);

    /// <summary>False when no rule can change the text.</summary>
    public static bool MayChange(ReadOnlySpan<byte> text, TextTraits traits) =>
        (traits.HasFlag(TextTraits.Odd) && (text.ContainsAny(Suspects) || Composed.MayChange(text)))
        || (traits.HasFlag(TextTraits.Signs)
            && ((text.Contains((byte)'\n') && MayTrim(text)) || HtmlText.MayChange(text)));

    private static bool MayTrim(ReadOnlySpan<byte> text) =>
        text.IndexOf("\n\n\n"u8) >= 0 || text.IndexOf(" \n"u8) >= 0 || text.IndexOf("\t\n"u8) >= 0;

    /// <summary>
    /// Applies all rules until none has anything left to do; adds the id of each that changed the text.
    /// </summary>
    public static string Clean(string text, List<string> rules)
    {
        // A rule can uncover work for an earlier one, such as a reference that stood for a control character.
        for (var round = 0; round < 8; round++)
        {
            var before = text;
            text = Step(text, "mojibake", Repair, rules);
            text = Step(text, "html", HtmlText.Strip, rules);
            text = Step(text, "line-ends", value => value.Replace("\r\n", "\n").Replace('\r', '\n'), rules);
            text = Step(text, "invisible", Visible, rules);
            text = Step(text, "nfc", Compose, rules);
            text = Step(text, "heaped-marks", Thin, rules);
            text = Step(text, "trailing-space", TrimLines, rules);
            text = Step(text, "empty-lines", Collapse, rules);
            if (text == before)
            {
                break;
            }
        }

        return text;
    }

    /// <summary>White space before a line end goes; at the end of the text it may be meant.</summary>
    private static string TrimLines(string text)
    {
        if (!text.Contains(" \n", StringComparison.Ordinal) && !text.Contains("\t\n", StringComparison.Ordinal))
        {
            return text;
        }

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
        if (changed != text && !rules.Contains(rule))
        {
            rules.Add(rule);
        }

        return changed;
    }

    // No script puts more than a few of these marks on a letter; a heap of them spills over the lines around.
    private static string Thin(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\u0300', '\ufe2f'))
        {
            return text;
        }

        StringBuilder? output = null;
        var (marks, kept) = (0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            marks = text[i] is (>= '\u0300' and <= '\u036f') or (>= '\u1ab0' and <= '\u1aff')
                or (>= '\u1dc0' and <= '\u1dff') or (>= '\u20d0' and <= '\u20ff') or (>= '\ufe20' and <= '\ufe2f')
                ? marks + 1 : 0;
            if (marks > MostMarks)
            {
                output = (output ?? new StringBuilder(text.Length)).Append(text, kept, i - kept);
                kept = i + 1;
            }
        }

        return output?.Append(text, kept, text.Length - kept).ToString() ?? text;
    }

    // Joiners stay, because scripts and emoji need them; overrides of the direction and tag characters only hide text.
    private static bool Invisible(char c) =>
        c is (< ' ' and not ('\n' or '\t' or '\r')) or (>= '\x7f' and <= '\x9f') or '\u200b' or '\u2060' or '\ufeff'
            or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or (>= '\ue000' and <= '\uf8ff');

    // The first half of a tag character, or of one of the planes for private use.
    private static bool HidesPair(char c) => c is '\udb40' or (>= '\udb80' and <= '\udbff');

    private static string Visible(string text)
    {
        if (!text.AsSpan().ContainsAny(InvisibleOrHigh))
        {
            return text;
        }

        var output = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (HidesPair(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])
                && (text[i] != '\udb40' || text[i + 1] <= '\udc7f'))
            {
                i++;
            }
            else if (!Invisible(text[i]))
            {
                output.Append(text[i]);
            }
        }

        return output.ToString();
    }

    private static string Compose(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        return Composed.MayChange(bytes)
            ? string.Concat(Composed.Normalize(bytes).Select(part => char.ConvertFromUtf32(part.CodePoint)))
            : text;
    }

    /// <summary>
    /// UTF-8 that was read as Latin-1: every character fits a byte and the bytes are valid UTF-8. Repeated until
    /// stable.
    /// </summary>
    private static string Repair(string text)
    {
        while (!Ascii.IsValid(text) && !text.AsSpan().ContainsAnyInRange('\u0100', '\uffff'))
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
