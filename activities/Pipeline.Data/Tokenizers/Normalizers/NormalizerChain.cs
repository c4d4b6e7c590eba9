using Pipeline.Data.Tokenizers.Text;

namespace Pipeline.Data.Tokenizers.Normalizers;

/// <summary>Normalizers applied one after the other.</summary>
internal sealed class NormalizerChain(IReadOnlyList<TextNormalizer> steps)
{
    internal IReadOnlyList<TextNormalizer> Steps { get; } = steps;

    /// <summary>Normalizes a text with two spare buffers.</summary>
    /// <returns>The buffer that holds the result: the input itself when nothing changed.</returns>
    internal AlignedText Apply(AlignedText text, AlignedText spare, AlignedText otherSpare)
    {
        var current = text;
        foreach (var step in Steps)
        {
            if (current.Length == 0) break;
            var target = ReferenceEquals(current, spare) ? otherSpare : spare;
            target.Clear();
            if (step.Normalize(current, target)) current = target;
        }

        return current;
    }

    /// <summary>Normalizes a short string, such as the content of an added token.</summary>
    internal string Apply(string text)
    {
        if (text.Length == 0) return text;
        var source = new AlignedText(track: false);
        source.AppendOriginal(System.Text.Encoding.UTF8.GetBytes(text), 0);
        var result = Apply(source, new AlignedText(track: false), new AlignedText(track: false));
        return System.Text.Encoding.UTF8.GetString(result.Bytes);
    }
}
