using System.Globalization;

namespace Pipeline.Registry.Models;

/// <summary>Names one version of a model, by number or by alias.</summary>
/// <param name="Name">Model name.</param>
/// <param name="Version">Version number from 1, or null when an alias is given.</param>
/// <param name="Alias">Alias, or null when a number is given.</param>
public sealed record ModelAddress(string Name, int? Version, string? Alias)
{
    private const string Scheme = "models:/";

    /// <summary>Parses <c>models:/name/3</c>, <c>models:/name@alias</c>, <c>name@3</c> or <c>name@alias</c>.</summary>
    /// <param name="text">The address, as typed or as it came in a request.</param>
    /// <returns>The address; nothing was looked up.</returns>
    /// <exception cref="RegistryException">The text is not an address.</exception>
    public static ModelAddress Parse(string text)
    {
        var plain = text.StartsWith(Scheme, StringComparison.Ordinal);
        var rest = plain ? text[Scheme.Length..] : text;
        var cut = rest.IndexOf('@', StringComparison.Ordinal);
        cut = cut < 0 && plain ? rest.IndexOf('/', StringComparison.Ordinal) : cut;
        if (cut < 0)
        {
            throw new RegistryException(
                RegistryError.InvalidName,
                $"'{Shorten(text)}' is not an address; use models:/name@alias or models:/name/3");
        }

        var (name, target) = (RegistryNames.Model(rest[..cut]), rest[(cut + 1)..]);
        if (RegistryNames.IsNumber(target) && int.Parse(target, CultureInfo.InvariantCulture) is > 0 and var version)
        {
            return new ModelAddress(name, version, null);
        }

        return rest[cut] == '@'
            ? new ModelAddress(name, null, RegistryNames.Alias(target))
            : throw new RegistryException(
                RegistryError.InvalidName, $"'{Shorten(text)}': a version is a number from 1");
    }

    /// <summary>The canonical form.</summary>
    /// <returns><c>models:/name/3</c> or <c>models:/name@alias</c>.</returns>
    public override string ToString() => Alias is null ? $"{Scheme}{Name}/{Version}" : $"{Scheme}{Name}@{Alias}";

    private static string Shorten(string text) => new([.. text.Take(80).Where(c => !char.IsControl(c))]);
}
