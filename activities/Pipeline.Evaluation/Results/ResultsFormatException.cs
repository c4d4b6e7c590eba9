namespace Pipeline.Evaluation.Results;

/// <summary>A results file that cannot be read; the message names the file and what is wrong in it.</summary>
/// <param name="message">File, place and remedy.</param>
/// <param name="inner">What the parser said.</param>
public sealed class ResultsFormatException(string message, Exception? inner = null) : FormatException(message, inner);
