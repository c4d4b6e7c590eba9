namespace Pipeline.Llm.Training;

/// <summary>A step did not fit into memory.</summary>
public sealed class OutOfDeviceMemoryException : Exception
{
    /// <summary>Describes the failure.</summary>
    /// <param name="step">Step that did not fit.</param>
    /// <param name="tokens">Tokens of its largest micro-batch.</param>
    /// <param name="peakBytes">Largest memory of the process.</param>
    /// <param name="cause">What the library said.</param>
    public OutOfDeviceMemoryException(int step, int tokens, long peakBytes, Exception cause)
        : base(
            $"step {step} with {tokens} tokens in a micro-batch did not fit into memory (peak {peakBytes / 1e9:F2} "
            + $"GB): halve the micro-batch "
            + "and double the accumulation, or recompute activations",
            cause) =>
        (Step, PeakBytes) = (step, peakBytes);

    /// <summary>Step that did not fit.</summary>
    public int Step { get; }

    /// <summary>Largest memory of the process, in bytes.</summary>
    public long PeakBytes { get; }

    /// <summary>Whether an exception says that memory ran out.</summary>
    /// <param name="exception">Any exception.</param>
    /// <returns>True for those of libtorch's allocators and of the runtime.</returns>
    public static bool Describes(Exception exception) =>
        exception is OutOfMemoryException
        || exception.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
        || exception.Message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase)
        || exception.Message.Contains("not enough memory", StringComparison.OrdinalIgnoreCase);
}
