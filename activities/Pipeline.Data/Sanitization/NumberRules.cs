namespace Pipeline.Data.Sanitization;

/// <summary>Numbers with check digits.</summary>
internal static class NumberRules
{
    private static readonly Dictionary<string, int> IbanLengths = new(StringComparer.Ordinal)
    {
        ["AD"] = 24,
        ["AE"] = 23,
        ["AL"] = 28,
        ["AT"] = 20,
        ["AZ"] = 28,
        ["BA"] = 20,
        ["BE"] = 16,
        ["BG"] = 22,
        ["BH"] = 22,
        ["BR"] = 29,
        ["BY"] = 28,
        ["CH"] = 21,
        ["CR"] = 22,
        ["CY"] = 28,
        ["CZ"] = 24,
        ["DE"] = 22,
        ["DK"] = 18,
        ["DO"] = 28,
        ["EE"] = 20,
        ["EG"] = 29,
        ["ES"] = 24,
        ["FI"] = 18,
        ["FO"] = 18,
        ["FR"] = 27,
        ["GB"] = 22,
        ["GE"] = 22,
        ["GI"] = 23,
        ["GL"] = 18,
        ["GR"] = 27,
        ["GT"] = 28,
        ["HR"] = 21,
        ["HU"] = 28,
        ["IE"] = 22,
        ["IL"] = 23,
        ["IQ"] = 23,
        ["IS"] = 26,
        ["IT"] = 27,
        ["JO"] = 30,
        ["KW"] = 30,
        ["KZ"] = 20,
        ["LB"] = 28,
        ["LC"] = 32,
        ["LI"] = 21,
        ["LT"] = 20,
        ["LU"] = 20,
        ["LV"] = 21,
        ["MC"] = 27,
        ["MD"] = 24,
        ["ME"] = 22,
        ["MK"] = 19,
        ["MR"] = 27,
        ["MT"] = 31,
        ["MU"] = 30,
        ["NL"] = 18,
        ["NO"] = 15,
        ["PK"] = 24,
        ["PL"] = 28,
        ["PS"] = 29,
        ["PT"] = 25,
        ["QA"] = 29,
        ["RO"] = 24,
        ["RS"] = 22,
        ["SA"] = 24,
        ["SC"] = 31,
        ["SE"] = 24,
        ["SI"] = 19,
        ["SK"] = 24,
        ["SM"] = 27,
        ["TN"] = 24,
        ["TR"] = 26,
        ["UA"] = 29,
        ["VA"] = 22,
        ["VG"] = 24,
        ["XK"] = 20,
    };

    private static readonly byte[] LengthByCountry = ByCountry();

    public static (int, int) Iban(ReadOnlySpan<byte> text, int digits)
    {
        var start = digits - 2;
        if (start < 0 || !char.IsAsciiLetter((char)text[start]) || !char.IsAsciiLetter((char)text[start + 1])
            || Bytes.Word(text, start - 1) || !Bytes.Digit(text, digits + 1)
            || LengthByCountry[Place(text[start], text[start + 1])] is var length && length == 0)
        {
            return default;
        }

        Span<byte> value = stackalloc byte[34];
        var (count, at) = (0, start);
        while (count < length && at < text.Length
            && (char.IsAsciiLetterOrDigit((char)text[at])
                || (text[at] is (byte)' ' or (byte)'-' && count % 4 == 0
                    && char.IsAsciiLetterOrDigit((char)text[at - 1]))))
        {
            if (text[at] is not ((byte)' ' or (byte)'-'))
            {
                value[count++] = char.IsAsciiDigit((char)text[at]) ? text[at] : (byte)(text[at] & 0xDF);
            }

            at++;
        }

        return count == length && !Bytes.Word(text, at) && Mod97(value[..count]) ? (start, at) : default;
    }

    private static int Place(int first, int second) => (((first & 0x1F) - 1) * 26) + (second & 0x1F) - 1;

    private static byte[] ByCountry()
    {
        var lengths = new byte[26 * 26];
        foreach (var (country, length) in IbanLengths)
        {
            lengths[Place(country[0], country[1])] = (byte)length;
        }

        return lengths;
    }

    public static bool Mod97(ReadOnlySpan<byte> iban)
    {
        if (iban.Length < 5)
        {
            return false;
        }

        var rest = 0;
        for (var i = 0; i < iban.Length; i++)
        {
            var c = iban[(i + 4) % iban.Length];
            rest = char.IsAsciiDigit((char)c) ? ((rest * 10) + c - '0') % 97 : ((rest * 100) + c - 'A' + 10) % 97;
        }

        return rest == 1;
    }

    public static bool Luhn(ReadOnlySpan<byte> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var value = (digits[^(i + 1)] - '0') * (1 + (i % 2));
            sum += value > 9 ? value - 9 : value;
        }

        return sum % 10 == 0;
    }

    public static (int, int) CreditCard(ReadOnlySpan<byte> text, int start, int end)
    {
        Span<byte> digits = stackalloc byte[20];
        var (count, at) = (end - start, end);
        if (count is not (4 or (>= 13 and <= 19)) || AfterGroup(text, start) || Bytes.At(text, start - 1) == '+')
        {
            return default;
        }

        text[start..end].CopyTo(digits);
        if (count == 4)
        {
            var separator = Bytes.At(text, end);
            var six = Bytes.SkipDigits(text, end + 1, 7) - end - 1 == 6;
            foreach (var size in !six ? (ReadOnlySpan<int>)[4, 4, 4]
                : Bytes.SkipDigits(text, end + 8, 5) == end + 12 ? [6, 4] : [6, 5])
            {
                if (separator is not ((byte)' ' or (byte)'-') || Bytes.At(text, at) != separator
                    || Bytes.SkipDigits(text, at + 1, size) != at + 1 + size)
                {
                    return default;
                }

                text.Slice(at + 1, size).CopyTo(digits[count..]);
                (count, at) = (count + size, at + 1 + size);
            }

            if (Bytes.At(text, at) == ' ' && Bytes.Digit(text, at + 1))
            {
                return default;
            }
        }

        return Bytes.EndsFree(text, at) && Issuer(digits, count) && Luhn(digits[..count]) ? (start, at) : default;
    }

    private static bool AfterGroup(ReadOnlySpan<byte> text, int start) =>
        Bytes.At(text, start - 1) == ' ' && Bytes.Digit(text, start - 2);

    /// <summary>
    /// Visa, Mastercard, American Express, Discover, Diners Club, JCB, UnionPay, Maestro, by prefix and length.
    /// </summary>
    private static bool Issuer(ReadOnlySpan<byte> digits, int count)
    {
        var (two, four) = (Bytes.Number(digits[..2]), Bytes.Number(digits[..4]));
        return digits[0] switch
        {
            (byte)'4' => count is 13 or 16 or 19,
            (byte)'5' => (count == 16 && two is >= 51 and <= 55)
                || (count is >= 16 and <= 19 && four is 5018 or 5020 or 5038 or 5893),
            (byte)'2' => count == 16 && four is >= 2221 and <= 2720,
            (byte)'3' => (count == 15 && two is 34 or 37)
                || (count == 14 && (two is 36 or 38 or 39 || four / 10 is >= 300 and <= 305))
                || (count == 16 && four is >= 3528 and <= 3589),
            (byte)'6' => (count is 16 or 19 && (four == 6011 || two == 65 || four / 10 is >= 644 and <= 649))
                || (count is >= 16 and <= 19 && (two == 62 || four is 6304 or 6759 or (>= 6761 and <= 6763))),
            _ => false,
        };
    }
}
