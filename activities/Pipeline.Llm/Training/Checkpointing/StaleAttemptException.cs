namespace Pipeline.Llm.Training.Checkpointing;

/// <summary>A newer attempt owns the checkpoints; this one must stop.</summary>
/// <param name="mine">Attempt of this process.</param>
/// <param name="owner">Attempt that owns the folder.</param>
public sealed class StaleAttemptException(long mine, long owner)
    : IOException(
        $"attempt {mine} may not write checkpoints any more: attempt {owner} has taken over; this process can end");
