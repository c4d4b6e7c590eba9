using System.Runtime.InteropServices;

namespace Pipeline.Data.Sanitization;

/// <summary>A piece of text that holds personal data or a secret.</summary>
/// <param name="Type">Class, such as <c>EMAIL</c>.</param>
/// <param name="Start">First byte in the UTF-8 text.</param>
/// <param name="End">Byte behind the last one.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PiiSpan(PiiType Type, int Start, int End);
