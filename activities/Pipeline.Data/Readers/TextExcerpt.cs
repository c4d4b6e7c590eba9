using System.Text;

namespace Pipeline.Data.Readers;

/// <summary>Untrusted text inside messages: control characters escaped, cut at 120 characters.</summary>
public static class TextExcerpt
{
    /// <summary>Escapes and cuts.</summary>
    /// <param name="text">Text from data.</param>
    /// <returns>One printable line of at most 121 characters.</returns>
    public static string Truncated(this string text)
    {
        var result = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (result.Length >= 120) return result.Append('…').ToString();
            _ = Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Format
                or System.Globalization.UnicodeCategory.LineSeparator
                ? result.Append($"\\u{rune.Value:x4}")
                : result.Append(rune.ToString());
        }

        return result.ToString();
    }
}
