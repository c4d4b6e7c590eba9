using Pipeline.Data.Tokenizers.Patterns;
using Pipeline.Data.Tokenizers.Text;

namespace Pipeline.Data.Tokenizers.Normalizers;

/// <summary>Replaces every match of a pattern by a fixed text.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, byte[] content) : TextNormalizer
{
    internal TextPattern Pattern { get; } = pattern;

    internal byte[] Content { get; } = content;

    internal override bool Normalize(AlignedText source, AlignedText destination)
    {
        var copied = 0;
        var found = false;
        var search = 0;
        while (Pattern.TryFind(source.Bytes, search, out var start, out var end))
        {
            found = true;
            destination.AppendFrom(source, copied, start);
            if (!source.Tracks) destination.Append(Content, 0, 0);
            else if (end == 0) destination.Append(Content, source.StartAt(0), source.StartAt(0));
            else destination.Append(Content, source.StartAt(end - 1), source.EndAt(end - 1));
            copied = end;
            search = PatternSearch.Next(source.Bytes, start, end);
            if (search > source.Length) break;
        }

        if (!found) return false;
        destination.AppendFrom(source, copied, source.Length);
        return true;
    }
}
