using Pipeline.Data.Tokenizers.Patterns;

namespace Pipeline.Data.Tokenizers.PreTokenizers;

/// <summary>Splits at the matches of a pattern.</summary>
internal sealed class SplitPreTokenizer(TextPattern pattern, SplitBehavior behavior, bool invert) : TextPreTokenizer
{
    internal TextPattern Pattern { get; } = pattern;

    internal SplitBehavior Behavior { get; } = behavior;

    internal bool Invert { get; } = invert;

    internal override void Apply(PreTokenizedText text) => text.Split(Pattern, Behavior, Invert);
}
