namespace Pipeline.Data.Tokenizers.Patterns;

/// <summary>A parsed regular expression.</summary>
internal abstract record RegexNode
{
    /// <summary>Whether it can match the empty text.</summary>
    internal abstract bool IsNullable { get; }

    /// <summary>One character.</summary>
    internal sealed record Character(CharacterTest Test) : RegexNode
    {
        internal override bool IsNullable => false;
    }

    /// <summary>Parts one after the other.</summary>
    internal sealed record Sequence(IReadOnlyList<RegexNode> Parts) : RegexNode
    {
        internal override bool IsNullable => Parts.All(part => part.IsNullable);
    }

    /// <summary>Alternatives, the first one that leads to a match wins.</summary>
    internal sealed record Choice(IReadOnlyList<RegexNode> Branches) : RegexNode
    {
        internal override bool IsNullable => Branches.Any(branch => branch.IsNullable);
    }

    /// <summary>Repetition; <see cref="Max"/> is -1 for no limit.</summary>
    internal sealed record Repeat(RegexNode Body, int Min, int Max, bool IsGreedy, bool IsPossessive) : RegexNode
    {
        internal override bool IsNullable => Min == 0 || Body.IsNullable;
    }

    /// <summary>
    /// A condition on the character after or before the position; a null test means "there is one at all".
    /// </summary>
    internal sealed record Look(CharacterTest? Test, bool IsBehind, bool IsNegative) : RegexNode
    {
        internal override bool IsNullable => true;
    }
}
