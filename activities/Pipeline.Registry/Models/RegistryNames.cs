using System.Buffers;

namespace Pipeline.Registry.Models;

/// <summary>The only names that the registry accepts; everything else is refused, never repaired.</summary>
/// <remarks>
/// Names are ASCII, so look-alike letters, separators, escapes and control characters have no way in. Refusing instead
/// of stripping is the lesson of CVE-2023-1177, CVE-2023-2780 and CVE-2024-1560: a name is checked once, after all
/// decoding.
/// </remarks>
public static class RegistryNames
{
    /// <summary>Longest description or reason, in characters.</summary>
    public const int MaxText = 4096;

    private const string Lower = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static readonly SearchValues<char> LowerOrDigit = SearchValues.Create(Lower);
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(Lower + "-");
    private static readonly SearchValues<char> BaseCharacters =
        SearchValues.Create(Lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ-._");

    /// <summary>Accepts the name of a model: <c>[a-z0-9][a-z0-9-]{0,62}</c>.</summary>
    /// <param name="name">Any text.</param>
    /// <returns>The name.</returns>
    /// <exception cref="RegistryException">The name is not acceptable.</exception>
    public static string Model(string name) =>
        IsName(name) ? name : throw Refuse("model name", name, "[a-z0-9][a-z0-9-]{0,62}");

    /// <summary>
    /// Accepts an alias: a model name that is not a number, not <c>latest</c> and not <c>v</c> with a number.
    /// </summary>
    /// <param name="alias">Any text.</param>
    /// <returns>The alias.</returns>
    /// <exception cref="RegistryException">The alias is not acceptable.</exception>
    public static string Alias(string alias) =>
        IsName(alias) && alias != "latest" && !IsNumber(alias) && !(alias[0] == 'v' && IsNumber(alias[1..]))
            ? alias
            : throw Refuse("alias", alias, "[a-z0-9][a-z0-9-]{0,62}, but no number, v1 or latest");

    /// <summary>
    /// Accepts the id of a base model: one or two parts of <c>[A-Za-z0-9._-]</c>, each starting with a letter or digit.
    /// </summary>
    /// <param name="id">Any text, such as <c>owner/model-8B</c>.</param>
    /// <returns>The id.</returns>
    /// <exception cref="RegistryException">The id is not acceptable.</exception>
    public static string Base(string id)
    {
        var parts = id.Split('/');
        return parts.Length <= 2 && Array.TrueForAll(parts, IsBasePart)
            ? id : throw Refuse("base model id", id, "owner/name or name");
    }

    /// <summary>Accepts a revision of a base model: one part in the characters of a base model id.</summary>
    /// <param name="revision">Any text.</param>
    /// <returns>The revision.</returns>
    /// <exception cref="RegistryException">The revision is not acceptable.</exception>
    public static string Revision(string revision) =>
        IsBasePart(revision) ? revision : throw Refuse("revision", revision, "[A-Za-z0-9][A-Za-z0-9._-]{0,95}");

    /// <summary>Accepts an actor, reason, description or tag value: printable text of bounded length.</summary>
    /// <param name="what">What the text is, for the message.</param>
    /// <param name="text">Any text.</param>
    /// <param name="required">Whether it may not be blank.</param>
    /// <returns>The text.</returns>
    /// <exception cref="RegistryException">The text is blank, too long, or holds control characters.</exception>
    public static string Text(string what, string text, bool required = true)
    {
        if (required && string.IsNullOrWhiteSpace(text))
        {
            throw new RegistryException(RegistryError.InvalidName, $"{what} is missing; say who and why");
        }

        return text.Length <= MaxText && !text.Any(c => char.IsControl(c) && c is not ('\n' or '\t'))
            ? text
            : throw new RegistryException(
                RegistryError.InvalidName, $"{what} is longer than {MaxText} characters or holds control characters");
    }

    /// <summary>Accepts a SHA-256 in lower-case hexadecimal.</summary>
    /// <param name="what">What the digest is of, for the message.</param>
    /// <param name="sha256">Any text.</param>
    /// <returns>The digest.</returns>
    /// <exception cref="RegistryException">The text is not a digest, such as a path or a URL.</exception>
    public static string Digest(string what, string sha256) =>
        sha256.Length == 64 && sha256.All(char.IsAsciiHexDigitLower)
            ? sha256
            : throw Refuse(
                what, sha256, "64 lower-case hexadecimal digits; content comes from the store, never from a path");

    internal static bool IsName(string name) =>
        name.Length is > 0 and <= 63 && LowerOrDigit.Contains(name[0])
            && !name.AsSpan().ContainsAnyExcept(NameCharacters);

    internal static bool IsNumber(string text) => text.Length is > 0 and <= 9 && text.All(char.IsAsciiDigit);

    private static bool IsBasePart(string part) =>
        part.Length is > 0 and <= 96 && char.IsAsciiLetterOrDigit(part[0])
            && !part.AsSpan().ContainsAnyExcept(BaseCharacters);

    /// <summary>A text as messages may show it: short, and without control characters or look-alikes.</summary>
    internal static string Shown(string value) =>
        new([.. value.Take(80).Select(c => char.IsControl(c) || c > '~' ? '?' : c)]);

    private static RegistryException Refuse(string what, string value, string form) =>
        new(RegistryError.InvalidName, $"{what} '{Shown(value)}' is not acceptable; the form is {form}");
}
