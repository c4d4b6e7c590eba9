namespace Pipeline.Data.Tokenizers;

/// <summary>A token that is found in the text before any splitting.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Content">The text it stands for.</param>
public sealed record AddedToken(int Id, string Content)
{
    /// <summary>An id that says: add this token only when no added token has its content.</summary>
    internal const int OnlyIfAbsent = -2;

    /// <summary>Whether the token matches only where no word character touches it.</summary>
    /// <value>False.</value>
    public bool SingleWord { get; init; }

    /// <summary>Whether white space before it becomes part of the token.</summary>
    /// <value>False.</value>
    public bool LStrip { get; init; }

    /// <summary>Whether white space after it becomes part of the token.</summary>
    /// <value>False.</value>
    public bool RStrip { get; init; }

    /// <summary>Whether it is looked for in the normalized text instead of the raw one.</summary>
    /// <value>False.</value>
    public bool Normalized { get; init; }

    /// <summary>Whether decoding may leave it out.</summary>
    /// <value>False.</value>
    public bool Special { get; init; }
}
