using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Patterns;

/// <summary>One character that a predicate accepts.</summary>
internal sealed class CharacterPattern(Func<int, bool> accepts) : TextPattern
{
    internal override bool TryFind(ReadOnlySpan<byte> text, int from, out int start, out int end)
    {
        for (start = from; start < text.Length; start = end)
        {
            var c = CodePoints.Decode(text, start, out var length);
            end = start + length;
            if (accepts(c)) return true;
        }

        start = end = 0;
        return false;
    }
}
