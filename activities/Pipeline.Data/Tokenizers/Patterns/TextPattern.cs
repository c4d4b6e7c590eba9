namespace Pipeline.Data.Tokenizers.Patterns;

/// <summary>Something that can be searched in UTF-8 text.</summary>
internal abstract class TextPattern
{
    /// <summary>Finds the leftmost match at or after a position.</summary>
    internal abstract bool TryFind(ReadOnlySpan<byte> text, int from, out int start, out int end);
}
