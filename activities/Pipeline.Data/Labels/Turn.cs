namespace Pipeline.Data.Labels;

/// <summary>A turn in a rendered text.</summary>
/// <param name="Message">Index of its message.</param>
/// <param name="Start">First UTF-16 unit the model would write.</param>
/// <param name="End">One past the last unit of its text; its terminator may lie before or after.</param>
internal readonly record struct Turn(int Message, int Start, int End);
