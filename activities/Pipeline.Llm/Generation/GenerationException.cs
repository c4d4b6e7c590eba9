namespace Pipeline.Llm.Generation;

/// <summary>A sequence could not be generated.</summary>
/// <param name="message">What went wrong and what to do.</param>
/// <param name="inner">The cause.</param>
public sealed class GenerationException(string message, Exception? inner = null) : Exception(message, inner);
