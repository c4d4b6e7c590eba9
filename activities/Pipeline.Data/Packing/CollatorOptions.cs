namespace Pipeline.Data.Packing;

/// <summary>How rows become a batch.</summary>
public sealed record CollatorOptions
{
    /// <summary>
    /// Id written at padded positions; may equal the end-of-sequence id, because labels are masked by position.
    /// </summary>
    public required int PadTokenId { get; init; }

    /// <summary>
    /// Whether rows are joined into one without padding (for attention that knows sequence boundaries).
    /// </summary>
    /// <value>Default: false.</value>
    public bool PaddingFree { get; init; }

    /// <summary>Rounds the padded length up to a multiple.</summary>
    /// <value>Default: 1.</value>
    public int PadToMultipleOf { get; init; } = 1;

    /// <summary>Exact padded length; longer rows are refused. Null pads to the longest row.</summary>
    /// <value>Default: null.</value>
    public int? PadToLength { get; init; }
}
