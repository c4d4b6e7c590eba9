using Pipeline.Data.Tokenizers.Patterns;

namespace Pipeline.Data.Tokenizers.PreTokenizers;

/// <summary>When <see cref="MetaspacePreTokenizer"/> puts its marker in front of a piece.</summary>
internal enum PrependScheme
{
    Always,
    First,
    Never,
}

/// <summary>Writes spaces as a marker, puts a marker in front, and splits before markers.</summary>
internal sealed class MetaspacePreTokenizer(byte[] marker, PrependScheme scheme, bool split) : TextPreTokenizer
{
    private readonly LiteralPattern _pattern = new(marker);

    internal PrependScheme Scheme { get; } = scheme;

    internal override void Apply(PreTokenizedText text)
    {
        var firstAtStart = Scheme == PrependScheme.First && text.Ranges.Count > 0
            && text.IsAtInputStart(text.Ranges[0].Start);
        var (source, target, old) = text.BeginRewrite();
        var isFirst = true;
        foreach (var (start, end) in old)
        {
            var from = target.Length;
            var bytes = source.Bytes[start..end];
            var atStart = Scheme == PrependScheme.First
                && (isFirst ? firstAtStart : source.Tracks && source.StartAt(start) == 0);
            isFirst = false;
            if ((Scheme == PrependScheme.Always || atStart) && bytes[0] != (byte)' ' && !bytes.StartsWith(marker))
            {
                if (source.Tracks) target.Append(marker, source.StartAt(start), source.EndAt(start));
                else target.Append(marker, 0, 0);
            }

            for (var at = start; at < end;)
            {
                var space = source.Bytes[at..end].IndexOf((byte)' ');
                var stop = space < 0 ? end : at + space;
                target.AppendFrom(source, at, stop);
                at = stop;
                if (space < 0) break;
                if (source.Tracks) target.Append(marker, source.StartAt(at), source.EndAt(at));
                else target.Append(marker, 0, 0);
                at++;
            }

            text.Ranges.Add((from, target.Length));
        }

        if (split) text.Split(_pattern, SplitBehavior.MergedWithNext, invert: false);
    }
}
