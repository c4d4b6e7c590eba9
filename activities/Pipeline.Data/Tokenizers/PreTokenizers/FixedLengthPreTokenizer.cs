using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.PreTokenizers;

/// <summary>Cuts into pieces of a fixed number of characters.</summary>
internal sealed class FixedLengthPreTokenizer(int length) : TextPreTokenizer
{
    internal override void Apply(PreTokenizedText text)
    {
        var old = text.Ranges.ToArray();
        text.Ranges.Clear();
        foreach (var (start, end) in old)
        {
            var pieceStart = start;
            var count = 0;
            for (var at = start; at < end;)
            {
                at += CodePoints.Length(text.Text.Bytes[at]);
                if (++count < length && at < end) continue;
                text.Ranges.Add((pieceStart, at));
                pieceStart = at;
                count = 0;
            }
        }
    }
}
