namespace Pipeline.Llm.Training.Checkpointing;

/// <summary>A file of a checkpoint, stored under its digest.</summary>
/// <param name="Sha256">Hexadecimal digest of the content.</param>
/// <param name="Bytes">Length.</param>
public sealed record CheckpointFile(string Sha256, long Bytes);
