namespace Pipeline.Data.Tokenizers.Decoders;

/// <summary>One step from token texts to a text.</summary>
internal abstract class TokenDecoder
{
    /// <summary>Rewrites the token texts; the last step's results are joined.</summary>
    internal abstract List<string> Decode(List<string> tokens);
}
