namespace Pipeline.Data.Tokenizers.Patterns;

/// <summary>GPT-2's split pattern.</summary>
internal sealed class Gpt2Scanner : WordScanner
{
    internal const string Source = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    internal static readonly Gpt2Scanner Instance = new();

    internal override int MatchEnd(ReadOnlySpan<byte> text, int at)
    {
        if (text[at] == (byte)'\'')
        {
            var contraction = ContractionEnd(text, at, Contractions.LowerCase);
            if (contraction >= 0) return contraction;
        }

        var kind = KindAt(text, at, out var length);
        if (kind < Space) return RunEnd(text, at + length, kind);
        if (text[at] == (byte)' ' && at + 1 < text.Length)
        {
            kind = KindAt(text, at + 1, out length);
            if (kind < Space) return RunEnd(text, at + 1 + length, kind);
        }

        return SpaceEnd(text, at, lineBreaksFirst: false);
    }
}
