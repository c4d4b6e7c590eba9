using Pipeline.Data.Tokenizers.Patterns;
using Pipeline.Data.Tokenizers.Text;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.PreTokenizers;

/// <summary>
/// Splits like GPT-2 and maps bytes to printable characters. When it is the last step before a byte-level model the
/// mapping is left out: the model then works on the bytes themselves, with the same ids and offsets.
/// </summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex, bool mapBytes) : TextPreTokenizer
{
    internal bool AddPrefixSpace { get; } = addPrefixSpace;

    internal bool UseRegex { get; } = useRegex;

    internal override void Apply(PreTokenizedText text)
    {
        if (AddPrefixSpace) Prefix(text);
        if (UseRegex) text.Split(Gpt2Scanner.Instance, SplitBehavior.Isolated, invert: false);
        if (mapBytes) Map(text);
    }

    private static void Prefix(PreTokenizedText text)
    {
        var (source, target, old) = text.BeginRewrite();
        foreach (var (start, end) in old)
        {
            var from = target.Length;
            if (source.Bytes[start] != ' ')
            {
                if (source.Tracks) target.Append(" "u8, source.StartAt(start), source.EndAt(start));
                else target.Append(" "u8, 0, 0);
            }

            target.AppendFrom(source, start, end);
            text.Ranges.Add((from, target.Length));
        }
    }

    private static void Map(PreTokenizedText text)
    {
        var (source, target, old) = text.BeginRewrite();
        foreach (var (start, end) in old)
        {
            var from = target.Length;
            MapRange(source, start, end, target);
            text.Ranges.Add((from, target.Length));
        }
    }

    internal static void MapRange(AlignedText source, int start, int end, AlignedText target)
    {
        for (var at = start; at < end; at++)
        {
            var c = ByteAlphabet.ToCharacter(source.Bytes[at]);
            if (source.Tracks) target.Append(c, source.StartAt(at), source.EndAt(at));
            else target.Append(c, 0, 0);
        }
    }
}
