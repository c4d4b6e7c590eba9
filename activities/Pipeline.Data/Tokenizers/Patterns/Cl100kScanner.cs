namespace Pipeline.Data.Tokenizers.Patterns;

/// <summary>The split pattern of cl100k, Llama 3 (numbers of up to three digits) and Qwen (single digits).</summary>
internal sealed class Cl100kScanner(int digits, WordScanner.Contractions contractions) : WordScanner
{
    internal override int MatchEnd(ReadOnlySpan<byte> text, int at)
    {
        int lead = text[at];
        if (lead == '\'')
        {
            var contraction = ContractionEnd(text, at, contractions);
            if (contraction >= 0) return contraction;
        }

        var kind = KindAt(text, at, out var length);
        if (kind == Letter) return RunEnd(text, at + length, Letter);
        if (kind == Number)
        {
            at += length;
            for (var count = 1; count < digits && at < text.Length && KindAt(text, at, out length) == Number; count++)
                at += length;
            return at;
        }

        var next = at + length;
        var nextKind = NewLine;
        var nextLength = 0;
        if (next < text.Length) nextKind = KindAt(text, next, out nextLength);
        if (kind != NewLine && nextKind == Letter && next < text.Length) return RunEnd(text, next + nextLength, Letter);
        if (kind == Other) return LineBreaksEnd(text, RunEnd(text, next, Other), slashes: false);
        if (lead == ' ' && next < text.Length && nextKind == Other)
        {
            return LineBreaksEnd(text, RunEnd(text, next + nextLength, Other), slashes: false);
        }

        return SpaceEnd(text, at, lineBreaksFirst: true);
    }
}
