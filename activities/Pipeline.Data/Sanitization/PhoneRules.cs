namespace Pipeline.Data.Sanitization;

/// <summary>Telephone numbers: international, North American, and national ones with a leading zero.</summary>
internal static class PhoneRules
{
    public static (int, int) Find(ReadOnlySpan<byte> text, int start, int end)
    {
        var before = Bytes.At(text, start - 1);
        if (before == '+')
        {
            return Bytes.Word(text, start - 2) ? default : International(text, start);
        }

        if (before == ' ' && Bytes.Digit(text, start - 2))
        {
            return default;
        }

        if (end - start == 3 && text[start] is >= (byte)'2' and <= (byte)'9')
        {
            return NorthAmerican(text, start, end, before == '(');
        }

        return text[start] == '0' && Bytes.At(text, start + 1) != '0' && end - start is >= 3 and <= 5
            ? National(text, start) : default;
    }

    private static (int, int) International(ReadOnlySpan<byte> text, int start)
    {
        var (end, digits) = Groups(text, start, 6);
        return digits is >= 8 and <= 15 && text[start] != '0' && !Bytes.Word(text, end) ? (start - 1, end) : default;
    }

    private static (int, int) National(ReadOnlySpan<byte> text, int start)
    {
        var (end, digits) = Groups(text, start, 3);
        return digits is >= 9 and <= 11 && Bytes.EndsFree(text, end) && end > start + digits ? (start, end) : default;
    }

    private static (int, int) NorthAmerican(ReadOnlySpan<byte> text, int start, int end, bool bracket)
    {
        var at = end;
        if (bracket)
        {
            if (Bytes.At(text, at++) != ')')
            {
                return default;
            }

            at += Bytes.At(text, at) == ' ' ? 1 : 0;
        }
        else if (Bytes.At(text, at++) is not ((byte)'-' or (byte)'.' or (byte)' '))
        {
            return default;
        }

        if (Bytes.At(text, at) is < (byte)'2' or > (byte)'9' || Bytes.SkipDigits(text, at, 4) != at + 3
            || Bytes.At(text, at + 3) is not ((byte)'-' or (byte)'.' or (byte)' '))
        {
            return default;
        }

        var last = Bytes.SkipDigits(text, at + 4, 5);
        var more = Bytes.At(text, last) == ' ' && Bytes.Digit(text, last + 1);
        return last == at + 8 && Bytes.EndsFree(text, last) && !more ? (bracket ? start - 1 : start, last) : default;
    }

    /// <summary>Groups of digits with single separators; at most so many groups and 15 digits.</summary>
    private static (int End, int Digits) Groups(ReadOnlySpan<byte> text, int start, int most)
    {
        var (end, digits, at) = (start, 0, start);
        for (var group = 0; group < most; group++)
        {
            var next = Bytes.SkipDigits(text, at, 16);
            if (next == at)
            {
                break;
            }

            (digits, end) = (digits + next - at, next);
            at = end + (Bytes.At(text, end) is (byte)')' && Bytes.At(text, end + 1) == ' ' ? 2 : 1);
            at += Bytes.At(text, end) == ' ' && Bytes.At(text, at) == '(' ? 1 : 0;
            if (Bytes.At(text, end) is not ((byte)' ' or (byte)'-' or (byte)'.' or (byte)'/' or (byte)')'))
            {
                break;
            }
        }

        return (end, digits);
    }
}
