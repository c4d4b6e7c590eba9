namespace Pipeline.Data.Sanitization;

/// <summary>Keys and tokens with fixed prefixes.</summary>
internal static class SecretRules
{
    private const int MostPemBytes = 16384;

    public static ((int, int), int) PrivateKey(ReadOnlySpan<byte> text, int at)
    {
        var header = text[at..Math.Min(text.Length, at + 60)];
        var mark = header.IndexOf("PRIVATE KEY"u8);
        if (mark < 0 || header[..mark].Contains((byte)'\n') || !(header[(mark + 11)..].StartsWith("-----"u8)
            || header[(mark + 11)..].StartsWith(" BLOCK-----"u8)))
        {
            return (default, at + 11);
        }

        var body = text[at..Math.Min(text.Length, at + MostPemBytes)];
        var foot = body.IndexOf("-----END "u8);
        var tail = foot < 0 ? -1 : body[foot..].IndexOf("PRIVATE KEY"u8);
        var dashes = tail < 0 ? -1 : body[(foot + tail)..].IndexOf("-----"u8);

        // A block that is cut off is still a key: everything up to the limit is taken.
        var end = dashes < 0 ? at + body.Length : at + foot + tail + dashes + 5;
        return ((at, end), end);
    }

    public static ((int, int), int) Jwt(ReadOnlySpan<byte> text, int at)
    {
        var first = Run(text, at);
        if (Bytes.Word(text, at - 1) || Bytes.At(text, first) != '.' || !text[(first + 1)..].StartsWith("eyJ"u8))
        {
            return (default, first);
        }

        var second = Run(text, first + 1);
        var third = Bytes.At(text, second) == '.' ? Run(text, second + 1) : second;
        return third > second + 1 ? ((at, third), third) : (default, third);
    }

    public static ((int, int), int) AwsAccessKey(ReadOnlySpan<byte> text, int at)
    {
        var end = at + 4;
        while (end < at + 21 && Bytes.At(text, end) is (>= (byte)'A' and <= (byte)'Z')
            or (>= (byte)'2' and <= (byte)'7'))
        {
            end++;
        }

        return end == at + 20 && !Bytes.Word(text, end) && !Bytes.Word(text, at - 1)
            ? ((at, end), end) : (default, end);
    }

    public static ((int, int), int) SlackToken(ReadOnlySpan<byte> text, int at)
    {
        var end = Run(text, at);
        var fits = end - at >= 15 && Bytes.At(text, at + 3) is (byte)'a' or (byte)'b' or (byte)'p' or (byte)'r'
            or (byte)'s' or (byte)'e' && Bytes.At(text, at + 4) == '-';
        return fits && !Bytes.Word(text, at - 1) ? ((at, end), end) : (default, end);
    }

    /// <summary>An app-level token; its digit is where the scan finds it.</summary>
    public static (int, int) SlackAppToken(ReadOnlySpan<byte> text, int digit)
    {
        var start = digit - 5;
        if (start < 0 || !text[start..].StartsWith("xapp-"u8) || Bytes.Word(text, start - 1))
        {
            return default;
        }

        var end = Run(text, start);
        return end - start >= 20 ? (start, end) : default;
    }

    /// <summary>The address of a webhook, which is all that it takes to post.</summary>
    public static (int, int) SlackWebhook(ReadOnlySpan<byte> text, int colon)
    {
        const int Prefix = 28;
        if (!text[colon..].StartsWith("://hooks.slack.com/services/"u8) || colon < 5)
        {
            return default;
        }

        var end = colon + Prefix;
        while (char.IsAsciiLetterOrDigit((char)Bytes.At(text, end)) || Bytes.At(text, end) == '/')
        {
            end++;
        }

        return end - colon >= Prefix + 20 ? (colon - 5, end) : default;
    }

    public static (int, int) GithubToken(ReadOnlySpan<byte> text, int underscore)
    {
        var pat = underscore >= 6 && text[(underscore - 6)..].StartsWith("github_pat_"u8);
        var start = underscore - (pat ? 6 : 3);
        if (start < 0 || Bytes.Word(text, start - 1) || (!pat && (text[start] != 'g' || text[start + 1] != 'h'
            || text[start + 2] is not ((byte)'p' or (byte)'o' or (byte)'s' or (byte)'u' or (byte)'r'))))
        {
            return default;
        }

        // Fine-grained tokens have 82 characters behind the prefix, the others 36 or, of late, more.
        var first = pat ? start + 11 : underscore + 1;
        var end = first;
        while (char.IsAsciiLetterOrDigit((char)Bytes.At(text, end)) || (pat && Bytes.At(text, end) == '_'))
        {
            end++;
        }

        return end - first >= (pat ? 60 : 36) ? (start, end) : default;
    }

    /// <summary>End of a run of base64url characters.</summary>
    private static int Run(ReadOnlySpan<byte> text, int at)
    {
        while (Bytes.Word(text, at) || Bytes.At(text, at) == '-')
        {
            at++;
        }

        return at;
    }
}
