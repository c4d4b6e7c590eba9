using Pipeline.Data.Tokenizers.Decoders;
using Pipeline.Data.Tokenizers.Models;
using Pipeline.Data.Tokenizers.Normalizers;
using Pipeline.Data.Tokenizers.PostProcessors;
using Pipeline.Data.Tokenizers.PreTokenizers;

namespace Pipeline.Data.Tokenizers;

/// <summary>Everything that a tokenizer file describes.</summary>
internal sealed record TokenizerParts(
    AddedVocabulary Added,
    NormalizerChain Normalizer,
    IReadOnlyList<TextPreTokenizer> PreTokenizers,
    TokenModel Model,
    PostProcessor? PostProcessor,
    IReadOnlyList<TokenDecoder>? Decoders);
