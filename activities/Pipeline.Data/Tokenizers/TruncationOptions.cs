namespace Pipeline.Data.Tokenizers;

/// <summary>Which text of a pair is cut.</summary>
public enum TruncationStrategy
{
    /// <summary>The longer one first.</summary>
    LongestFirst,

    /// <summary>Only the first.</summary>
    OnlyFirst,

    /// <summary>Only the second.</summary>
    OnlySecond,
}

/// <summary>How long encodings may get.</summary>
/// <param name="MaxLength">Tokens, those of the template included.</param>
public sealed record TruncationOptions(int MaxLength)
{
    /// <summary>Which text of a pair is cut.</summary>
    /// <value>The longer one.</value>
    public TruncationStrategy Strategy { get; init; }

    /// <summary>Tokens that neighbouring overflow parts share.</summary>
    /// <value>0.</value>
    public int Stride { get; init; }

    /// <summary>Whether the start is cut instead of the end.</summary>
    /// <value>False.</value>
    public bool FromLeft { get; init; }
}
