namespace Pipeline.Data.Stages;

/// <summary>How far a data stage has come; reported a few times a second at most.</summary>
/// <param name="Stage">Name of the stage, such as <c>dedup</c>.</param>
/// <param name="Phase">What the stage does now, such as <c>signatures</c>.</param>
/// <param name="Rows">Rows handled in this phase.</param>
/// <param name="Bytes">Input bytes handled in this phase.</param>
/// <param name="TotalBytes">Input bytes of this phase; 0 when unknown.</param>
public sealed record StageProgress(string Stage, string Phase, long Rows, long Bytes, long TotalBytes);
