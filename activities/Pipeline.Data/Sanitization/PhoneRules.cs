namespace Pipeline.Data.Sanitization;

/// <summary>
/// Telephone numbers: international, North American, national ones with a leading zero or an area in brackets, and any
/// behind a word such as phone.
/// </summary>
internal static class PhoneRules
{
    private static readonly byte[][] Words =
    [
        .. ((string[])["phone", "telephone", "mobile", "fax", "tel", "phone no", "whatsapp", "telefon", "handy",
            "phones", "phone number", "phone_number", "phonenumber"])
            .Select(System.Text.Encoding.ASCII.GetBytes),
    ];

    public static (int, int) Find(ReadOnlySpan<byte> text, int start, int end)
    {
        var before = Bytes.At(text, start - 1);
        if (before == '+')
        {
            return Bytes.Word(text, start - 2) || (Bytes.At(text, start - 2) == '.' && Bytes.Word(text, start - 3))
                ? default : International(text, start);
        }

        if (before == ' ' && Bytes.Digit(text, start - 2))
        {
            return default;
        }

        var found = Written(text, start, end, before == '(' && !Bytes.Word(text, start - 2));
        return found.End > 0 ? found : Announced(text, start);
    }

    private static (int Start, int End) Written(ReadOnlySpan<byte> text, int start, int end, bool bracket)
    {
        var (length, first) = (end - start, text[start]);
        if (length == 3 && first is >= (byte)'2' and <= (byte)'9'
            && NorthAmerican(text, start, end, Bytes.At(text, start - 1) == '(') is { End: > 0 } found)
        {
            return found;
        }

        if (length == 1 && first is (byte)'1' or (byte)'8')
        {
            return Trunk(text, start);
        }

        if (bracket && length is >= 2 and <= 5 && Bytes.At(text, end) == ')'
            && Area(text, start, end) is { End: > 0 } area)
        {
            return area;
        }

        if (first != '0')
        {
            return default;
        }

        return Bytes.At(text, start + 1) == '0' ? Exit(text, start, end)
            : length == 2 ? Pairs(text, start) : length is >= 3 and <= 5 ? National(text, start) : default;
    }

    private static (int, int) International(ReadOnlySpan<byte> text, int start)
    {
        var (end, digits) = Groups(text, start, 6);
        // Areas of country 1 begin with 2 to 9.
        var area = start + (Bytes.Digit(text, start + 1) ? 1 : Bytes.At(text, start + 2) == '(' ? 3 : 2);
        return digits is >= 8 and <= 15 && text[start] != '0' && !Bytes.Word(text, end)
            && !(text[start] == '1' && Bytes.At(text, area) is (byte)'0' or (byte)'1') ? (start - 1, end) : default;
    }

    /// <summary><c>00</c>, the country, and groups behind it.</summary>
    private static (int, int) Exit(ReadOnlySpan<byte> text, int start, int end)
    {
        var (last, digits) = Groups(text, start, 6);
        return (Bytes.At(text, start + 2) == '1' ? end - start == 3 : end - start is >= 4 and <= 5)
            && Bytes.At(text, start + 2) is >= (byte)'1' and <= (byte)'9'
            && digits is >= 11 and <= 17 && last > end && Bytes.EndsFree(text, last)
            && text[start..last].IndexOfAnyInRange((byte)'2', (byte)'9') >= 0 && !OnlyZeros(text[start..last])
            ? (start, last) : default;
    }

    /// <summary>Five pairs as in France, or two digits and twice four as in Japan.</summary>
    private static (int, int) Pairs(ReadOnlySpan<byte> text, int start)
    {
        var separator = Bytes.At(text, start + 2);
        if (separator is not ((byte)' ' or (byte)'-' or (byte)'.'))
        {
            return default;
        }

        var (at, pairs, rising) = (start, 1, true);
        while (pairs < 6 && Bytes.At(text, at + 2) == separator && Bytes.SkipDigits(text, at + 3, 3) == at + 5)
        {
            var step = Bytes.Number(text.Slice(at + 3, 2)) - Bytes.Number(text.Slice(at, 2));
            (at, pairs, rising) = (at + 3, pairs + 1, rising && step == 1);
        }

        if (pairs == 5 && !rising && Bytes.EndsFree(text, at + 2)
            && !(Bytes.At(text, at + 2) == separator && char.IsAsciiHexDigit((char)Bytes.At(text, at + 3))))
        {
            return (start, at + 2);
        }

        return pairs == 1 && separator == '-' && Bytes.SkipDigits(text, start + 3, 5) == start + 7
            && Bytes.At(text, start + 7) == '-' && Bytes.SkipDigits(text, start + 8, 5) == start + 12
            && Bytes.EndsFree(text, start + 12) ? (start, start + 12) : default;
    }

    private static (int, int) National(ReadOnlySpan<byte> text, int start)
    {
        var (end, digits) = Groups(text, start, 3);
        return digits is >= 9 and <= 11 && Bytes.EndsFree(text, end) && end > start + digits
            && !OnlyZeros(text[start..end]) ? (start, end) : default;
    }

    /// <summary>Whether each group begins with a zero: a table, and no number that anybody dials.</summary>
    private static bool OnlyZeros(ReadOnlySpan<byte> number)
    {
        for (var at = 1; at < number.Length; at++)
        {
            if (!char.IsAsciiDigit((char)number[at - 1]) && number[at] is >= (byte)'1' and <= (byte)'9')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>An area in brackets and 7 to 9 digits behind it, 5 to 9 where the area has the zero.</summary>
    private static (int Start, int End) Area(ReadOnlySpan<byte> text, int start, int end)
    {
        var first = end + (Bytes.At(text, end + 1) == ' ' ? 2 : 1);
        var (last, digits) = Groups(text, first, 4);
        var least = text[start] == '0' ? 5 : end - start <= 3 ? 7 : 10;
        return digits >= least && digits <= 9 && (text[start] == '0' || last > first + digits)
            && Bytes.EndsFree(text, last) && !Bytes.Digit(text, last + 1) ? (start - 1, last) : default;
    }

    /// <summary>The 1 or 8 before an area, as it is dialled inside of a country.</summary>
    private static (int, int) Trunk(ReadOnlySpan<byte> text, int start)
    {
        var bracket = Bytes.At(text, start + 2) == '(';
        var area = start + (bracket ? 3 : 2);
        var end = Bytes.SkipDigits(text, area, 4);
        if (end != area + 3 || Bytes.At(text, start + 1) is not ((byte)' ' or (byte)'-' or (byte)'.'))
        {
            return default;
        }

        var (_, last) = text[start] == '8'
            ? bracket && Bytes.At(text, end) == ')' ? Area(text, area, end) : default
            : Bytes.At(text, area) is >= (byte)'2' and <= (byte)'9' ? NorthAmerican(text, area, end, bracket) : default;
        return last > 0 ? (start, last) : default;
    }

    private static (int Start, int End) NorthAmerican(ReadOnlySpan<byte> text, int start, int end, bool bracket)
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

    /// <summary>Seven digits and more behind a word that says what they are.</summary>
    private static (int, int) Announced(ReadOnlySpan<byte> text, int start)
    {
        var at = start;
        while (at > Math.Max(0, start - 4) && " :.#=\"'"u8.Contains(text[at - 1]))
        {
            at--;
        }

        if (at == start)
        {
            return default;
        }

        // Points part addresses and versions.
        var (end, digits) = Groups(text, start, 6);
        return digits is >= 7 and <= 15 && EndsWithWord(text[Math.Max(0, at - 16)..at]) && Bytes.EndsFree(text, end)
            && !text[start..end].Contains((byte)'.') ? (start, end) : default;
    }

    private static bool EndsWithWord(ReadOnlySpan<byte> before)
    {
        foreach (var word in Words)
        {
            if (Bytes.EndsWith(before, word) && !Bytes.Word(before, before.Length - word.Length - 1))
            {
                return true;
            }
        }

        return false;
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
