namespace Pipeline.Data.ChatTemplates.Syntax;

/// <summary>Finds the ends of number literals; underscores may stand between digits.</summary>
internal static class NumberScanner
{
    /// <summary>End of the float at a place, or -1 when what stands there is no float.</summary>
    public static int FloatEnd(string text, int at)
    {
        var end = Digits(text, at);
        var point = end < text.Length && text[end] == '.' ? Digits(text, end + 1) : -1;
        var isFloat = point > end + 1;
        if (isFloat) end = point;
        if (end >= text.Length || text[end] is not ('e' or 'E')) return isFloat ? end : -1;
        var sign = end + 1 < text.Length && text[end + 1] is '+' or '-' ? 2 : 1;
        var exponent = Digits(text, end + sign);
        return exponent > end + sign ? exponent : isFloat ? end : -1;
    }

    /// <summary>End of the integer at a place, which must hold a digit.</summary>
    public static int IntegerEnd(string text, int at)
    {
        if (text[at] != '0' || at + 1 >= text.Length) return text[at] == '0' ? at + 1 : Digits(text, at);
        var kind = char.ToLowerInvariant(text[at + 1]);
        if (kind is 'x' or 'o' or 'b')
        {
            var end = at + 2;
            while (end < text.Length
                && (text[end] == '_'
                    || (kind == 'x' ? char.IsAsciiHexDigit(text[end]) : text[end] >= '0'
                        && text[end] <= (kind == 'o' ? '7' : '1')))) end++;
            if (end > at + 2 && text[end - 1] != '_') return end;
        }

        var zeros = at + 1;
        while (zeros < text.Length
            && (text[zeros] == '0' || (text[zeros] == '_' && zeros + 1 < text.Length && text[zeros + 1] == '0')))
            zeros++;
        return zeros;
    }

    private static int Digits(string text, int at)
    {
        var end = at;
        while (end < text.Length
            && (char.IsAsciiDigit(text[end])
                || (text[end] == '_' && end > at && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1])))) end++;
        return end;
    }
}
