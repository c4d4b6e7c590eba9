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

    // Beside one of these a password opens something; alone it is often a form or a manual.
    private static readonly byte[][] Settings = Names("host=", "user=", "dbname=", "uid=", "server=", "username=");

    public static void Find(ReadOnlySpan<byte> text, List<PiiSpan> spans)
    {
        for (var at = 0; text[at..].IndexOfAny((byte)'=', (byte)':') is >= 0 and var skip;)
        {
            at += skip + 1;
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

            var last = EndsWith(name, Keys) && RunOf(text, value) is var run && LooksRandom(text[value..run]) ? run
                : EndsWith(name, Passwords) ? PasswordEnd(text, (start, end), value, quoted) : value;
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

        var password = text[value..end];
        if (password.ContainsAny((byte)'(', (byte)'['))
        {
            return value;
        }

        var assigned = text[name.End..value].Contains((byte)'=') && !(text[name.End..value].IndexOf("=="u8) >= 0);
        // DB_PASSWORD=… is a line of an environment; PWD alone is the current folder of a shell.
        var opens = quoted && text.Length > end && IsMixed(password)
            || (assigned && (text[name.Start..name.End].Contains((byte)'_')
                ? password.Length >= 6 && text[name.End] == '=' && char.IsAsciiLetterUpper((char)text[name.End - 1])
                : Neighbours(text, name.Start, text[name.End] == ' ' ? text.Length : end)));
        return opens ? end : value;
    }

    /// <summary>A literal of letters and digits; a word alone is as often the name of something.</summary>
    private static bool IsMixed(ReadOnlySpan<byte> text) =>
        text.Length >= 8 && !text.Contains((byte)' ') && text.ContainsAnyInRange((byte)'0', (byte)'9')
            && (text.ContainsAnyInRange((byte)'a', (byte)'z') || text.ContainsAnyInRange((byte)'A', (byte)'Z'));

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
        quoted = Bytes.At(text, at) is (byte)'"' or (byte)'\'';
        return Math.Min(text.Length, at + (quoted ? 1 : 0));
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
            if (name.Length >= word.Length && Ascii.EqualsIgnoreCase(name[^word.Length..], word))
            {
                return true;
            }
        }

        return false;
    }

    private static byte[][] Names(params string[] names) => [.. names.Select(Encoding.ASCII.GetBytes)];
}
