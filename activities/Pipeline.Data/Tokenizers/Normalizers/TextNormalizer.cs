using Pipeline.Data.Tokenizers.Text;

namespace Pipeline.Data.Tokenizers.Normalizers;

/// <summary>One normalizer of a tokenizer file.</summary>
internal abstract class TextNormalizer
{
    /// <summary>Rewrites a text.</summary>
    /// <param name="source">Never empty.</param>
    /// <param name="destination">Empty; holds the result when the method returns true.</param>
    /// <returns>False when the text stays as it is; <paramref name="destination"/> is then ignored.</returns>
    internal abstract bool Normalize(AlignedText source, AlignedText destination);
}
