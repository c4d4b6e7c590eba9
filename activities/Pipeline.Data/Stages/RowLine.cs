namespace Pipeline.Data.Stages;

/// <summary>One line of a canonical JSONL file; the bytes are valid until the reader moves on.</summary>
/// <param name="Utf8">The line without its end.</param>
/// <param name="File">Index of the file in the stage's input.</param>
/// <param name="Line">Line number, from 1.</param>
/// <param name="Offset">Byte offset of the line in its file.</param>
internal readonly record struct RowLine(ReadOnlyMemory<byte> Utf8, int File, long Line, long Offset);
