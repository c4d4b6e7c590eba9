namespace Pipeline.Llm.Training.Checkpointing;

/// <summary>A checkpoint does not fit the run that wants to continue from it.</summary>
/// <param name="message">What differs and what to do.</param>
public sealed class CheckpointException(string message) : IOException(message);
