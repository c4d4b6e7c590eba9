using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Patterns;

/// <summary>The pattern of the Whitespace pre-tokenizer: <c>\w+|[^\w\s]+</c>.</summary>
internal sealed class WordOrPunctuationPattern : TextPattern
{
    internal override bool TryFind(ReadOnlySpan<byte> text, int from, out int start, out int end)
    {
        start = from;
        end = from;
        var kind = 0;
        for (var at = from; at < text.Length;)
        {
            var c = CodePoints.Decode(text, at, out var length);
            var next = CodePoints.IsWord(c) ? 1 : CodePoints.IsWhiteSpace(c) ? 0 : 2;
            if (kind == 0) start = at;
            else if (next != kind) return true;
            kind = next;
            at += length;
            end = at;
        }

        return kind != 0;
    }
}
