namespace Pipeline.Evaluation.Harness;

/// <summary>A task or benchmark that cannot be used; the message names file, row and field, and what to do.</summary>
/// <param name="message">What is wrong, where, and how to fix it.</param>
/// <param name="inner">What a reader said.</param>
public sealed class TaskFormatException(string message, Exception? inner = null) : FormatException(message, inner);
