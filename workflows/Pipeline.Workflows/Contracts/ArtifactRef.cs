namespace Pipeline.Workflows.Contracts;

/// <summary>Points at one immutable artefact in the store; payloads carry references, never rows.</summary>
/// <param name="Uri">Address of the form <c>artifact:KIND/VERSION</c>.</param>
/// <param name="Sha256">Version id: digest of the manifest, lower-case hexadecimal.</param>
/// <param name="Bytes">Sum of the files' lengths, bytes.</param>
public sealed record ArtifactRef(string Uri, string Sha256, long Bytes)
{
    private const string Scheme = "artifact:";

    /// <summary>Kind of the artefact, such as <c>raw-dataset</c>.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Kind => Uri.StartsWith(Scheme, StringComparison.Ordinal)
    && Uri.Contains('/', StringComparison.Ordinal)
        ? Uri[Scheme.Length..Uri.IndexOf('/', StringComparison.Ordinal)]
        : throw new FormatException($"'{Uri}' is not of the form artifact:KIND/VERSION");

    /// <summary>Creates a reference.</summary>
    /// <param name="kind">Kind of the artefact.</param>
    /// <param name="versionId">Version id.</param>
    /// <param name="bytes">Sum of the files' lengths, bytes.</param>
    /// <returns>The reference.</returns>
    public static ArtifactRef Of(string kind, string versionId, long bytes) =>
        new($"{Scheme}{kind}/{versionId}", versionId, bytes);
}
