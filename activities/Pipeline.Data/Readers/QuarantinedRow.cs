namespace Pipeline.Data.Readers;

/// <summary>A row that was refused, by reference: its text is never repeated here.</summary>
/// <param name="File">Name of the source.</param>
/// <param name="Line">1-based line (or row number) it starts on.</param>
/// <param name="ByteOffset">0-based offset of the fault, or of the row where the fault has no place; -1 when
/// unknown.</param>
/// <param name="Code">Stable code such as <c>E-ROW-UTF8</c>.</param>
/// <param name="Reason">What is wrong and what to do, in one sentence.</param>
/// <param name="Sha256">Digest of the row's bytes, lower-case hex; empty when the row was too long to keep.</param>
public sealed record QuarantinedRow(string File, long Line, long ByteOffset, string Code, string Reason, string Sha256);
