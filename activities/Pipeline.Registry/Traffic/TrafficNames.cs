using System.Buffers;

namespace Pipeline.Registry.Traffic;

/// <summary>Rules for the names that requests may carry. A name is looked up, it never becomes a path.</summary>
public static class TrafficNames
{
    /// <summary>Longest alias or adapter name, characters.</summary>
    public const int MaxLength = 63;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");
    private static readonly SearchValues<char> VersionCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    /// <summary>
    /// Whether a text is an alias or adapter name: lower-case ASCII letters, digits and hyphens, not starting with a
    /// hyphen.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <returns>Whether it matches <c>^[a-z0-9][a-z0-9-]{0,62}$</c>.</returns>
    public static bool IsName(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= MaxLength && text[0] != '-' && !text.ContainsAnyExcept(NameCharacters);

    /// <summary>
    /// Whether a text is <c>name@version</c>; a version follows the rule of names and may also hold dots.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <returns>Whether both parts are acceptable.</returns>
    public static bool IsVersion(ReadOnlySpan<char> text)
    {
        var at = text.IndexOf('@');
        return at > 0 && IsName(text[..at]) && text[(at + 1)..] is { Length: > 0 and <= MaxLength } version
            && char.IsAsciiLetterOrDigit(version[0]) && !version.ContainsAnyExcept(VersionCharacters);
    }
}
