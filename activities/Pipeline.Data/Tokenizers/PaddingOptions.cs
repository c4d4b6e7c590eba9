namespace Pipeline.Data.Tokenizers;

/// <summary>How encodings are filled up.</summary>
/// <param name="PadId">Id of the padding token.</param>
/// <param name="PadToken">Its text.</param>
public sealed record PaddingOptions(int PadId, string PadToken)
{
    /// <summary>A fixed number of tokens, or null for the longest of a batch.</summary>
    /// <value>Null.</value>
    public int? FixedLength { get; init; }

    /// <summary>Lengths are rounded up to a multiple of this many tokens.</summary>
    /// <value>Null: no rounding.</value>
    public int? MultipleOf { get; init; }

    /// <summary>Segment id of padding.</summary>
    /// <value>0.</value>
    public int PadTypeId { get; init; }

    /// <summary>Whether padding goes in front.</summary>
    /// <value>False.</value>
    public bool OnLeft { get; init; }
}
