namespace Pipeline.Data.Tokenizers.PostProcessors;

/// <summary>Several post-processors, one after the other.</summary>
internal sealed class PostProcessorSequence(IReadOnlyList<PostProcessor> steps) : PostProcessor
{
    internal IReadOnlyList<PostProcessor> Steps { get; } = steps;

    internal override int AddedTokens(bool isPair) => Steps.Sum(step => step.AddedTokens(isPair));

    internal override List<TokenEncoding> Process(List<TokenEncoding> encodings, bool addSpecialTokens) =>
        Steps.Aggregate(encodings, (current, step) => step.Process(current, addSpecialTokens));
}
