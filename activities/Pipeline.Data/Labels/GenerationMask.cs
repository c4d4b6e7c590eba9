using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Labels;

/// <summary>Which tokens a model is to write, from the ranges that a template marks.</summary>
public static class GenerationMask
{
    /// <summary>Marks every token from that of a range's first character to that of its last.</summary>
    /// <param name="encoding">Tokens with offsets in UTF-16 units of the rendered text.</param>
    /// <param name="ranges">Ranges <c>[Start, End)</c> in the same units, in order.</param>
    /// <returns>One flag a token.</returns>
    /// <remarks><b>Source:</b> transformers 5, <c>return_assistant_tokens_mask</c>.</remarks>
    public static bool[] Of(TokenEncoding encoding, IReadOnlyList<(int Start, int End)> ranges)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        ArgumentNullException.ThrowIfNull(ranges);
        var mask = new bool[encoding.Count];
        var token = 0;
        foreach (var (start, end) in ranges)
        {
            while (token < mask.Length && encoding.Offsets[token].End <= start) token++;
            for (var i = token; i < mask.Length && encoding.Offsets[i].Start < end; i++)
                mask[i] = encoding.Offsets[i].End > start;
        }

        return mask;
    }
}
