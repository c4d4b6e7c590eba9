namespace Pipeline.Data.Tokenizers.PreTokenizers;

/// <summary>One pre-tokenizer of a tokenizer file.</summary>
internal abstract class TextPreTokenizer
{
    /// <summary>Splits the ranges further, and may rewrite the text.</summary>
    internal abstract void Apply(PreTokenizedText text);
}
