using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Registry.Artifacts;

/// <summary>
/// Names every file of one immutable version; it is written last and is the commit point of the version.
/// </summary>
public sealed record Manifest
{
    private static readonly JsonSerializerOptions Canonical = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Kind of the artefact, such as <c>raw-dataset</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Files in ordinal order of their names.</summary>
    public required IReadOnlyList<ArtifactFile> Files { get; init; }

    /// <summary>
    /// What the version was made from and how: digests, recipe, code version, counts. Never secrets or rows.
    /// </summary>
    public required SortedDictionary<string, string> Properties { get; init; }

    /// <summary>The version id: SHA-256 of the canonical form, so equal inputs give equal ids everywhere.</summary>
    [JsonIgnore]
    public string VersionId => Convert.ToHexStringLower(SHA256.HashData(ToBytes()));

    /// <summary>Sum of the files' lengths, bytes.</summary>
    [JsonIgnore]
    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>Creates a manifest in canonical order.</summary>
    /// <param name="kind">Kind of the artefact.</param>
    /// <param name="files">Files in any order.</param>
    /// <param name="properties">Origin of the version.</param>
    /// <returns>The manifest.</returns>
    public static Manifest Create(
        string kind, IEnumerable<ArtifactFile> files, IEnumerable<KeyValuePair<string, string>> properties)
    {
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in properties)
        {
            sorted[name] = value;
        }

        return new Manifest
        {
            Kind = kind,
            Files = [.. files.OrderBy(file => file.Name, StringComparer.Ordinal)],
            Properties = sorted,
        };
    }

    /// <summary>Reads a manifest.</summary>
    /// <param name="json">UTF-8 JSON.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="InvalidDataException">The text is not a manifest.</exception>
    public static Manifest Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<Manifest>(json, Canonical)
                ?? throw new InvalidDataException("the manifest is empty");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException(
                $"not a manifest: {Encoding.UTF8.GetString(json[..Math.Min(60, json.Length)])}…: {exception.Message}",
                exception);
        }
    }

    /// <summary>The canonical form.</summary>
    /// <returns>UTF-8 JSON without white space, members in declaration order, properties in ordinal order.</returns>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Canonical);
}
