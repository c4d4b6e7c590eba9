namespace Pipeline.Data.Stages;

/// <summary>A file that a stage wrote.</summary>
/// <param name="Name">Name inside the stage's folder.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Sha256">Digest of the content, lower-case hex.</param>
public sealed record StageFile(string Name, long Bytes, string Sha256);
