namespace Pipeline.Data.Sanitization;

/// <summary>One entry of the audit: what was found where; never the value itself.</summary>
/// <param name="Path">JSON path of the text.</param>
/// <param name="Type">Class.</param>
/// <param name="Version">Version of the rules.</param>
/// <param name="Start">First byte in the cleaned text.</param>
/// <param name="End">Byte behind the last one.</param>
/// <param name="Mode">What was done.</param>
/// <param name="Hash">Keyed hash of the value; empty without a key.</param>
public sealed record PiiEdit(string Path, string Type, int Version, int Start, int End, PiiMode Mode, string Hash);
