using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Patterns;

/// <summary>A greedy run of one character class, such as <c>\p{N}{1,3}</c>.</summary>
internal sealed class ClassRunPattern(CharacterTest test, int min, int max) : TextPattern
{
    internal override bool TryFind(ReadOnlySpan<byte> text, int from, out int start, out int end)
    {
        for (start = from; start < text.Length;)
        {
            var count = 0;
            for (end = start; end < text.Length && count != max
                && test.Accepts(CodePoints.Decode(text, end, out var length)); count++)
            {
                end += length;
            }

            if (count >= min) return true;
            start = end > start ? end : start + CodePoints.Length(text[start]);
        }

        start = end = 0;
        return false;
    }
}
