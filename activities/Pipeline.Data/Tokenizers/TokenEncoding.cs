namespace Pipeline.Data.Tokenizers;

/// <summary>
/// The tokens of a text or of a pair of texts, with everything the reference library reports about them.
/// </summary>
/// <remarks>All lists have one entry for each token.</remarks>
public sealed class TokenEncoding
{
    /// <summary>Token ids.</summary>
    public List<int> Ids { get; internal init; } = [];

    /// <summary>Token texts as they stand in the vocabulary; for unknown or added text the text itself.</summary>
    public List<string> Tokens { get; internal init; } = [];

    /// <summary>Segment ids (0 for the first text, 1 for the second, or as the template says).</summary>
    public List<int> TypeIds { get; internal init; } = [];

    /// <summary>
    /// The range of the original text, relative to the part a token comes from; (0, 0) for template tokens.
    /// </summary>
    public List<TokenOffset> Offsets { get; internal init; } = [];

    /// <summary>1 for tokens that the template or padding put in, 0 for tokens of the text.</summary>
    public List<int> SpecialTokensMask { get; internal init; } = [];

    /// <summary>0 for padding, 1 otherwise.</summary>
    public List<int> AttentionMask { get; internal init; } = [];

    /// <summary>0 or 1 for tokens of the first or second text, null for others.</summary>
    public List<int?> SequenceIds { get; internal init; } = [];

    /// <summary>What truncation cut off, in pieces of the same maximal length.</summary>
    public List<TokenEncoding> Overflowing { get; internal set; } = [];

    /// <summary>Number of tokens.</summary>
    public int Count => Ids.Count;

    internal void Add(int id, string token, int typeId, TokenOffset offset, int special, int? sequence)
    {
        Ids.Add(id);
        Tokens.Add(token);
        TypeIds.Add(typeId);
        Offsets.Add(offset);
        SpecialTokensMask.Add(special);
        AttentionMask.Add(1);
        SequenceIds.Add(sequence);
    }

    /// <summary>A copy of some tokens, without overflow.</summary>
    internal TokenEncoding Slice(int start, int end) => new()
    {
        Ids = Ids[start..end],
        Tokens = Tokens[start..end],
        TypeIds = TypeIds[start..end],
        Offsets = Offsets[start..end],
        SpecialTokensMask = SpecialTokensMask[start..end],
        AttentionMask = AttentionMask[start..end],
        SequenceIds = SequenceIds[start..end],
    };

    /// <summary>A copy of all tokens with another type and sequence; the overflow is changed along.</summary>
    internal TokenEncoding With(int? typeId, int? sequence)
    {
        var copy = Slice(0, Count);
        for (var i = 0; i < Count; i++)
        {
            if (typeId is { } type) copy.TypeIds[i] = type;
            if (sequence is not null) copy.SequenceIds[i] = sequence;
        }

        copy.Overflowing = [.. Overflowing.Select(part => part.With(typeId, sequence))];
        return copy;
    }

    /// <summary>Appends another encoding; every combination of overflowing parts becomes overflow.</summary>
    internal void Append(TokenEncoding other)
    {
        var overflow = new List<TokenEncoding>();
        foreach (var part in Overflowing)
        {
            overflow.Add(Joined(part, other));
            overflow.AddRange(other.Overflowing.Select(otherPart => Joined(part, otherPart)));
        }

        overflow.AddRange(other.Overflowing.Select(otherPart => Joined(this, otherPart)));
        Ids.AddRange(other.Ids);
        Tokens.AddRange(other.Tokens);
        TypeIds.AddRange(other.TypeIds);
        Offsets.AddRange(other.Offsets);
        SpecialTokensMask.AddRange(other.SpecialTokensMask);
        AttentionMask.AddRange(other.AttentionMask);
        SequenceIds.AddRange(other.SequenceIds);
        Overflowing = overflow;
    }

    private static TokenEncoding Joined(TokenEncoding first, TokenEncoding second)
    {
        var joined = first.Slice(0, first.Count);
        joined.Append(second.Slice(0, second.Count));
        return joined;
    }
}
