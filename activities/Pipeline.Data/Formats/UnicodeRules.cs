using System.Globalization;

namespace Pipeline.Data.Formats;

/// <summary>
/// Refuses texts that hide or bury something: direction overrides, invisible tags, private characters, endless marks.
/// </summary>
internal static class UnicodeRules
{
    /// <summary>Most combining marks in a row; Unicode's stream-safe format allows 30.</summary>
    private const int MaxMarks = 30;

    /// <summary>Checks all texts of a row.</summary>
    /// <exception cref="RowFaultException">A text breaks a rule; the code says which.</exception>
    public static void Check(CanonicalRow row)
    {
        foreach (var message in row.Messages ?? [])
        {
            Check(message.Content, message.Role);
            if (message.ReasoningContent is { } reasoning) Check(reasoning, message.Role);
        }

        foreach (var part in row.Parts ?? []) Check(part.Text, "part");
        if (row.Preference is not { } pair) return;
        Check(pair.Chosen);
        Check(pair.Rejected);
    }

    private static void Check(string text, string where)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', '\u02ff')) return;
        var marks = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'))
                throw new RowFaultException(
                    "E-TEXT-BIDI", $"the {where} text holds a direction override U+{(int)c:X4}; clean the rows first");
            if (c is >= '\ue000' and <= '\uf8ff')
                throw new RowFaultException("E-TEXT-PRIVATE",
                    $"the {where} text holds the private character U+{(int)c:X4}; clean the rows first");
            if (c == '\udb40' && i + 1 < text.Length && text[i + 1] is >= '\udc00' and <= '\udc7f')
                throw new RowFaultException(
                    "E-TEXT-TAG", $"the {where} text holds invisible tag characters; clean the rows first");
            if (c is >= '\udb80' and <= '\udbff')
                throw new RowFaultException("E-TEXT-PRIVATE",
                    $"the {where} text holds a private character beyond U+F0000; clean the rows first");
            marks = c >= '\u0300' && char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.EnclosingMark ? marks + 1 : 0;
            if (marks > MaxMarks)
                throw new RowFaultException(
                    "E-TEXT-MARKS", $"the {where} text stacks more than {MaxMarks} combining marks on one character");
        }
    }
}
