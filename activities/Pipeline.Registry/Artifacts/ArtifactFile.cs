namespace Pipeline.Registry.Artifacts;

/// <summary>One file of an artefact.</summary>
/// <param name="Name">Relative name with forward slashes; data only, never used as a path without checks.</param>
/// <param name="Sha256">Digest of the content, lower-case hexadecimal.</param>
/// <param name="Bytes">Length in bytes.</param>
public sealed record ArtifactFile(string Name, string Sha256, long Bytes);
