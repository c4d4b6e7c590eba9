using System.Text;

namespace Pipeline.Data.Sanitization;

/// <summary>
/// Values that are assigned to the name of a secret: passwords among other settings of a connection string, in the
/// environment or in a URL, and long random values that are called a key, a token or a secret.
/// </summary>
internal static class ConnectionRules
{
    private const int Longest = 256;

    private static readonly byte[][] Passwords = Names("password", "passwd", "pwd", "accountkey", "accesskey");

    private static readonly byte[][] Keys = Names("secret", "token", "apikey", "api_key", "api-key", "accesskey",
        "access_key", "access-key", "accountkey", "account_key", "secretkey", "secret_key", "private_key", "password");

    private static readonly byte[][] Headers = Names("authorization");

    // Beside one of these a password opens something; alone it is often a form or a manual.
    private static readonly byte[][] Settings = Names("host=", "user=", "dbname=", "uid=", "server=", "username=");

    public static void Find(ReadOnlySpan<byte> text, List<PiiSpan> spans)
    {
        for (var at = 0; text[at..].IndexOfAny((byte)'=', (byte)':') is >= 0 and var skip;)
        {
            at += skip + 1;
            if (text[at - 1] == ':' && CommandRules.Curl(text, at - 1) is { End: > 0 } given)
            {
                spans.Add(new PiiSpan(PiiType.ConnectionSecret, given.Start, given.End));
                at = given.End;
                continue;
            }

            var (start, end) = NameBefore(text, at - 1);
            if (end - start < 3)
            {
                continue;
            }

            var name = text[start..end];
            var value = ValueBehind(text, at, out var quoted);
            // A placeholder of an earlier pass, or of a template, is no secret.
            if (value == text.Length || "<*${%"u8.Contains(text[value]))
            {
                continue;
            }

            var (isHeader, isKey, isPassword) =
                (EndsWith(name, Headers), EndsWith(name, Keys), EndsWith(name, Passwords));
            value = isHeader ? BehindScheme(text, value) : value;
            var last = isKey || isHeader ? RunOf(text, value) : value;
            if (last == value || !LooksRandom(text[value..last]))
            {
                last = isPassword || (isKey && text[at - 1] == '=' && IsSetting(name))
                    ? PasswordEnd(text, (start, end), value, quoted) : value;
            }

            if (last > value)
            {
                spans.Add(new PiiSpan(PiiType.ConnectionSecret, value, last));
                at = last;
            }
        }
    }

    /// <summary>Where a password ends that opens something; where it starts when it does not.</summary>
    private static int PasswordEnd(ReadOnlySpan<byte> text, (int Start, int End) name, int value, bool quoted)
    {
        if ("/~(=.;"u8.Contains(text[value]))
        {
            return value;
        }

        var end = value;
        while (end < text.Length && end - value < Longest && !"\"'\n\r"u8.Contains(text[end])
            && (quoted || !"; \t"u8.Contains(text[end])))
        {
            end++;
        }

        end -= end > value && text[end - 1] == '\\' ? 1 : 0;
        var password = text[value..end];
        if (password.ContainsAny((byte)'(', (byte)'['))
        {
            return value;
        }

        return (quoted ? end < text.Length : IsLine(text, name.Start, end)) && IsMixed(password)
            || Opens(text, name, (value, end)) ? end : value;
    }

    /// <summary>Whether what stands around a value says that it opens something.</summary>
    private static bool Opens(ReadOnlySpan<byte> text, (int Start, int End) name, (int Start, int End) value)
    {
        var (word, sign, length) =
            (name.End - name.Start, text[name.End..value.Start].IndexOf((byte)'='), value.End - value.Start);
        if (sign < 0 || text[name.End..value.Start].IndexOf("=="u8) >= 0)
        {
            return false;
        }

        // DB_PASSWORD=… is a line of an environment; PWD alone is the current folder of a shell.
        if (text.Slice(name.Start, word).Contains((byte)'_'))
        {
            return length >= 6 && sign == 0 && IsSetting(text.Slice(name.Start, word))
                && (EndsWith(text.Slice(name.Start, word), Passwords)
                    || (length >= 16 && IsMixed(text[value.Start..value.End])));
        }

        return Neighbours(text, name.Start, sign > 0 ? text.Length : value.End);
    }

    /// <summary>A literal of letters and digits; a word alone is as often the name of something.</summary>
    private static bool IsMixed(ReadOnlySpan<byte> text) =>
        text.Length >= 8 && !text.Contains((byte)' ') && text.ContainsAnyInRange((byte)'0', (byte)'9')
            && (text.ContainsAnyInRange((byte)'a', (byte)'z') || text.ContainsAnyInRange((byte)'A', (byte)'Z'));

    /// <summary>The name of a variable of the environment.</summary>
    private static bool IsSetting(ReadOnlySpan<byte> name) =>
        name.Contains((byte)'_') && !name.ContainsAnyInRange((byte)'a', (byte)'z');

    /// <summary>Whether name and value are all that stands in a line, as in YAML.</summary>
    private static bool IsLine(ReadOnlySpan<byte> text, int start, int end)
    {
        while (start > 0 && text[start - 1] is (byte)' ' or (byte)'\t' or (byte)'-')
        {
            start--;
        }

        return (start == 0 || text[start - 1] == '\n') && (end == text.Length || text[end] is (byte)'\n' or (byte)'\r');
    }

    private static bool Neighbours(ReadOnlySpan<byte> text, int start, int at)
    {
        var before = text[Math.Max(0, start - 80)..start];
        var behind = text[at..Math.Min(text.Length, at + 80)];
        return before.Contains((byte)';') || behind.Contains((byte)';') || Holds(before) || Holds(behind);
    }

    private static bool Holds(ReadOnlySpan<byte> text)
    {
        foreach (var setting in Settings)
        {
            if (text.IndexOf(setting) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The word before a sign; a quotation mark and a space may stand between them.</summary>
    private static (int Start, int End) NameBefore(ReadOnlySpan<byte> text, int sign)
    {
        var end = sign;
        end -= Bytes.At(text, end - 1) == ' ' ? 1 : 0;
        end -= Bytes.At(text, end - 1) is (byte)'"' or (byte)'\'' ? 1 : 0;
        end -= Bytes.At(text, end - 1) == '\\' ? 1 : 0;
        end = Math.Max(0, end);
        // The last letters of all the names: most words before a colon are none.
        if ((Bytes.At(text, end - 1) | 0x20) is not ('d' or 't' or 'n' or 'y'))
        {
            return default;
        }

        var start = end;
        while (start > Math.Max(0, end - 64) && (Bytes.Word(text, start - 1) || text[start - 1] == '-'))
        {
            start--;
        }

        return (start, end);
    }

    private static int ValueBehind(ReadOnlySpan<byte> text, int at, out bool quoted)
    {
        at += Bytes.At(text, at) is (byte)'>' or (byte)'=' ? 1 : 0;
        at += Bytes.At(text, at) == ' ' ? 1 : 0;
        at += Bytes.At(text, at) == '\\' ? 1 : 0;
        quoted = Bytes.At(text, at) is (byte)'"' or (byte)'\'';
        return Math.Min(text.Length, at + (quoted ? 1 : 0));
    }

    private static int BehindScheme(ReadOnlySpan<byte> text, int at)
    {
        var scheme = text[at..Math.Min(text.Length, at + 8)].IndexOf((byte)' ');
        return scheme is >= 5 and <= 6 ? at + scheme + 1 : at;
    }

    /// <summary>The end of a run of the alphabets of keys; an equals sign only at the end.</summary>
    private static int RunOf(ReadOnlySpan<byte> text, int at)
    {
        var end = at;
        while (end - at < Longest && (Bytes.Word(text, end) || "+/-."u8.Contains(Bytes.At(text, end))))
        {
            end++;
        }

        while (end - at < Longest && Bytes.At(text, end) == '=')
        {
            end++;
        }

        return end;
    }

    /// <summary>At least 20 characters of the alphabets of keys, mixed as chance mixes them.</summary>
    private static bool LooksRandom(ReadOnlySpan<byte> value)
    {
        const int Least = 20;
        const double LeastBits = 3.5; // a character; English prose without spaces has about 4 but no digits
        Span<int> counts = stackalloc int[128];
        var (digits, upper, lower) = (0, 0, 0);
        counts.Clear();
        foreach (var c in value)
        {
            digits += char.IsAsciiDigit((char)c) ? 1 : 0;
            upper += char.IsAsciiLetterUpper((char)c) ? 1 : 0;
            lower += char.IsAsciiLetterLower((char)c) ? 1 : 0;
            counts[c]++;
        }

        return value.Length >= Least && digits >= 1 && upper + lower >= 2 && (digits >= 3 || (upper > 0 && lower > 0))
            && Entropy(counts, value.Length) >= LeastBits;
    }

    private static double Entropy(ReadOnlySpan<int> counts, int length)
    {
        var bits = 0.0;
        foreach (var count in counts)
        {
            bits -= count == 0 ? 0 : (double)count / length * Math.Log2((double)count / length);
        }

        return bits;
    }

    private static bool EndsWith(ReadOnlySpan<byte> name, byte[][] words)
    {
        foreach (var word in words)
        {
            if (Bytes.EndsWith(name, word))
            {
                return true;
            }
        }

        return false;
    }

    private static byte[][] Names(params string[] names) => [.. names.Select(Encoding.ASCII.GetBytes)];
}
