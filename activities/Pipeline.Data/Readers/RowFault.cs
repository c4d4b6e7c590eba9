namespace Pipeline.Data.Readers;

/// <summary>What is wrong with a row.</summary>
/// <param name="Code">Stable code.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="Offset">Byte offset inside the row, or 0.</param>
public readonly record struct RowFault(string Code, string Reason, long Offset);
