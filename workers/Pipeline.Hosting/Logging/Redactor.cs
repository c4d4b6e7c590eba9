using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Hosting.Logging;

/// <summary>
/// Removes secrets and personal data from text on its way to a log, and makes control characters visible.
/// </summary>
/// <remarks>
/// The last line of defence: nothing should log such values in the first place. Patterns match in linear time
/// (<see cref="RegexOptions.NonBacktracking"/>); card numbers are checked with the Luhn digit (ISO/IEC 7812-1).
/// </remarks>
public static class Redactor
{
    /// <summary>Longest text that one log value may have, in characters.</summary>
    public const int MaxLength = 8192;

    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private static readonly (string Class, Regex Pattern)[] Rules =
    [
        ("PRIVATE_KEY",
            new Regex("-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(-----END [A-Z ]*PRIVATE KEY-----)?", Linear)),
        ("URL_CREDENTIALS", new Regex("://[^/\\s:@]+:[^/\\s@]+@", Linear)),
        ("JWT", new Regex("eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*", Linear)),
        ("AWS_KEY", new Regex("\\b(AKIA|ASIA)[A-Z0-9]{16}\\b", Linear)),
        ("TOKEN",
            new Regex(
                "\\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|xox[abposr]-[A-Za-z0-9-]{10,}|hf_[A-Za-z0-9]{20,}|sk-[A-Za-z0-9_-]{20,})", Linear)),
        ("SECRET",
            new Regex(
                "(?i:(password|passwd|secret|api[_-]?key|access[_-]?key|authorization|bearer|session[_-]?token)[\"']?\\s*[:=]\\s*(bearer\\s+)?[\"']?)[^\\s\"',;&]{4,}", Linear)),
        ("SECRET", new Regex("(?i:bearer\\s+)[A-Za-z0-9._~+/=-]{8,}", Linear)),
        ("EMAIL", new Regex("[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+", Linear)),
        ("SSN", new Regex("\\b[0-9]{3}-[0-9]{2}-[0-9]{4}\\b", Linear)),
        ("IBAN", new Regex("\\b[A-Z]{2}[0-9]{2}( ?[A-Z0-9]{4}){3,7}( ?[A-Z0-9]{1,3})?\\b", Linear)),
        ("CARD", new Regex("\\b[0-9]([ -]?[0-9]){12,18}\\b", Linear)),
    ];

    /// <summary>Redacts one text.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The text with each finding replaced by <c>[CLASS]</c>, control characters escaped, and cut at
    /// <see cref="MaxLength"/>.</returns>
    public static string Redact(string text)
    {
        if (text.Length > MaxLength)
        {
            text = string.Concat(text.AsSpan(0, MaxLength), $"… ({text.Length} characters)");
        }

        foreach (var (name, pattern) in Rules)
        {
            text = pattern.Replace(
                text, match => name == "CARD" && !PassesLuhn(match.ValueSpan) ? match.Value : $"[{name}]");
        }

        return Escape(text);
    }

    // A line break or an escape sequence inside a value could forge a log line or drive a terminal.
    private static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.AsSpan().ContainsAnyInRange('\x7f', '\x9f'))
        {
            return text;
        }

        var builder = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => builder.Append("\\n"),
                '\r' => builder.Append("\\r"),
                '\t' => builder.Append(c),
                _ when char.IsControl(c) => builder.Append("\\x").Append(((int)c).ToString("x2")),
                _ => builder.Append(c),
            };
        }

        return builder.ToString();
    }

    private static bool PassesLuhn(ReadOnlySpan<char> text)
    {
        var (sum, position) = (0, 0);
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (!char.IsAsciiDigit(text[i]))
            {
                continue;
            }

            var digit = text[i] - '0';
            digit = position++ % 2 == 1 ? digit * 2 : digit;
            sum += digit > 9 ? digit - 9 : digit;
        }

        return sum % 10 == 0;
    }
}
