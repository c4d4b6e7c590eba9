using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Patterns;

/// <summary>Walks over the matches of a pattern.</summary>
internal static class PatternSearch
{
    /// <summary>Where to search after a match: one character on after an empty one.</summary>
    internal static int Next(ReadOnlySpan<byte> text, int start, int end)
    {
        if (end > start) return end;
        return end < text.Length ? end + CodePoints.Length(text[end]) : end + 1;
    }
}
