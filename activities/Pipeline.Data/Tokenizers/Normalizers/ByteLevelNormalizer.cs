using Pipeline.Data.Tokenizers.PreTokenizers;
using Pipeline.Data.Tokenizers.Text;

namespace Pipeline.Data.Tokenizers.Normalizers;

/// <summary>Maps bytes to printable characters before any splitting.</summary>
internal sealed class ByteLevelNormalizer : TextNormalizer
{
    internal override bool Normalize(AlignedText source, AlignedText destination)
    {
        ByteLevelPreTokenizer.MapRange(source, 0, source.Length, destination);
        return true;
    }
}
