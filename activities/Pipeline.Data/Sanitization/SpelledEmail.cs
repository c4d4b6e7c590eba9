namespace Pipeline.Data.Sanitization;

/// <summary>
/// Addresses that are spelled for people: <c>ann [at] example [dot] org</c>, <c>ann(at)example.org</c>,
/// <c>ann AT example DOT org</c>.
/// </summary>
internal static class SpelledEmail
{
    private const int LongestPart = 64;
    private const int MostLabels = 8;

    /// <summary>Looks at every sign that is spelled; each is checked within bounds.</summary>
    public static void Find(ReadOnlySpan<byte> text, List<PiiSpan> spans)
    {
        for (var at = 0; text[at..].IndexOfAny((byte)')', (byte)']', (byte)'}') is >= 0 and var skip; at++)
        {
            at += skip;
            Check(text, at - 2, spans);
        }

        for (var at = 0; text[at..].IndexOf(" AT "u8) is >= 0 and var skip; at += 3)
        {
            at += skip;
            Check(text, at + 1, spans);
        }
    }

    private static void Check(ReadOnlySpan<byte> text, int word, List<PiiSpan> spans)
    {
        if (SignAround(text, word, "at"u8, "AT"u8) is { Start: > 0 } sign
            && Around(text, sign.Start, sign.End, text[word - 1] == ' ') is { End: > 0 } found)
        {
            spans.Add(new PiiSpan(PiiType.Email, found.Start, found.End));
        }
    }

    private static (int Start, int End) Around(ReadOnlySpan<byte> text, int sign, int behind, bool bare)
    {
        var start = sign;
        while (start > Math.Max(0, sign - LongestPart)
            && (Bytes.Word(text, start - 1) || "._%+-"u8.Contains(text[start - 1])))
        {
            start--;
        }

        while (start < sign && text[start] is (byte)'.' or (byte)'-')
        {
            start++;
        }

        var (end, spelled) = Domain(text, behind);
        // A word in capitals between capitals is no sign, and behind it the dots are spelled as well.
        var fits = !bare || (spelled && text[start..sign].ContainsAnyInRange((byte)'a', (byte)'z'));
        return start < sign && end > 0 && fits ? (start, end) : default;
    }

    /// <summary>Where a domain of two labels or more ends, 0 for none, and whether its first dot is spelled.</summary>
    private static (int End, bool Spelled) Domain(ReadOnlySpan<byte> text, int start)
    {
        var (at, end, label, spelled) = (start, 0, start, false);
        for (var labels = 1; labels <= MostLabels; labels++)
        {
            while (at - label < LongestPart && (char.IsAsciiLetterOrDigit((char)Bytes.At(text, at))
                || (Bytes.At(text, at) == '-' && at > label)))
            {
                at++;
            }

            if (at == label || Bytes.At(text, at) == '_')
            {
                break;
            }

            end = labels > 1 && IsTop(text[label..at]) ? at : end;
            var dot = Bytes.At(text, at) == '.' ? (at, at + 1) : Dot(text, at);
            if (dot.Item2 == 0)
            {
                break;
            }

            spelled |= labels == 1 && text[at] != '.';
            (at, label) = (dot.Item2, dot.Item2);
        }

        return (end, spelled);
    }

    private static bool IsTop(ReadOnlySpan<byte> label) =>
        label.Length is >= 2 and <= 24 && !label.ContainsAnyInRange((byte)'0', (byte)'9')
            && !(label.ContainsAnyInRange((byte)'A', (byte)'Z') && label.ContainsAnyInRange((byte)'a', (byte)'z'));

    private static (int Start, int End) Dot(ReadOnlySpan<byte> text, int at)
    {
        // A bracket or a space, the d, and the o that the sign is found by.
        for (var first = at + 1; first <= at + 2; first++)
        {
            if ((Bytes.At(text, first) | 0x20) == 'd'
                && SignAround(text, first, "dot"u8, "DOT"u8) is { End: > 0 } sign && sign.Start == at)
            {
                return sign;
            }
        }

        return default;
    }

    /// <summary>
    /// A word in brackets, with or without spaces around them, or in capitals between spaces; empty for any other.
    /// </summary>
    private static (int Start, int End) SignAround(
        ReadOnlySpan<byte> text, int word, ReadOnlySpan<byte> small, ReadOnlySpan<byte> capital)
    {
        if (word < 1 || word + small.Length > text.Length)
        {
            return default;
        }

        var found = text.Slice(word, small.Length);
        var (before, behind) = (text[word - 1], Bytes.At(text, word + small.Length));
        var (start, end) = (word - 1, word + small.Length + 1);
        if ((before, behind) is ((byte)' ', (byte)' '))
        {
            return found.SequenceEqual(capital) ? (start, end) : default;
        }

        if ((before, behind) is not ((byte)'(', (byte)')') and not ((byte)'[', (byte)']')
            and not ((byte)'{', (byte)'}') || !(found.SequenceEqual(small) || found.SequenceEqual(capital)))
        {
            return default;
        }

        return (start - (Bytes.At(text, start - 1) == ' ' ? 1 : 0), end + (Bytes.At(text, end) == ' ' ? 1 : 0));
    }
}
