namespace Pipeline.Data.Tokenizers.PreTokenizers;

/// <summary>What a split does with the text that its pattern matches.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}
