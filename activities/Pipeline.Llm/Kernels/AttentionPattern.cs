using static TorchSharp.torch;

namespace Pipeline.Llm.Kernels;

/// <summary>Which keys a query sees, and how scores are scaled.</summary>
public sealed record AttentionPattern
{
    /// <summary>Factor on the scores.</summary>
    public required double Scale { get; init; }

    /// <summary>Scores are squashed to ± this; null for none.</summary>
    public double? SoftCap { get; init; }

    /// <summary>A query sees this many keys, itself included; null for all before it.</summary>
    public int? Window { get; init; }

    /// <summary>
    /// Runs of tokens that see themselves only, ordered by row and start; tokens of no run are padding and get zeros.
    /// </summary>
    /// <value>Empty: each row is one run.</value>
    public IReadOnlyList<AttentionSegment> Segments { get; init; } = [];

    /// <summary>
    /// Explicit visibility [b, 1, s, keys], true where a query sees a key; used instead of the segments, with a cache.
    /// </summary>
    public Tensor? Visible { get; init; }

    /// <summary>
    /// The same visibility as first and past-the-last key of each row and query, [b · s · 2]; empty without a cache.
    /// </summary>
    public IReadOnlyList<long> KeyRanges { get; init; } = [];

    /// <summary>
    /// The same runs as token numbers where they begin, and the end, [runs + 1] int32 on the device; padding is runs of
    /// its own.
    /// </summary>
    /// <value>Null on the CPU and with a cache.</value>
    public Tensor? Bounds { get; init; }

    /// <summary>Tokens of the longest run in <see cref="Bounds"/>.</summary>
    public long LongestRun { get; init; }
}
