namespace Pipeline.Data.Tokenizers.Patterns;

/// <summary>A fixed text.</summary>
internal sealed class LiteralPattern(byte[] literal) : TextPattern
{
    internal byte[] Literal { get; } = literal;

    internal override bool TryFind(ReadOnlySpan<byte> text, int from, out int start, out int end)
    {
        start = end = 0;
        if (from > text.Length) return false;
        var index = text[from..].IndexOf(Literal);
        if (index < 0) return false;
        start = from + index;
        end = start + Literal.Length;
        return true;
    }
}
