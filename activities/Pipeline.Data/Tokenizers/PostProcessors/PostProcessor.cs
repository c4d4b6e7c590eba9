namespace Pipeline.Data.Tokenizers.PostProcessors;

/// <summary>Adds template tokens and adjusts offsets.</summary>
internal abstract class PostProcessor
{
    /// <summary>Tokens that are added to a single text or to a pair.</summary>
    internal abstract int AddedTokens(bool isPair);

    /// <summary>Transforms one or two encodings into one or more, which are then joined.</summary>
    internal abstract List<TokenEncoding> Process(List<TokenEncoding> encodings, bool addSpecialTokens);
}
