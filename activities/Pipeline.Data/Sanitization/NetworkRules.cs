using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Data.Sanitization;

/// <summary>E-mail, URLs with credentials, IP and hardware addresses.</summary>
internal static class NetworkRules
{
    public static (int, int) Email(ReadOnlySpan<byte> text, int at)
    {
        var start = at;
        while (start > Math.Max(0, at - 64)
            && (char.IsAsciiLetterOrDigit((char)text[start - 1]) || "._%+-'"u8.Contains(text[start - 1])))
        {
            start--;
        }

        while (start < at && text[start] is (byte)'.' or (byte)'\'' or (byte)'-')
        {
            start++;
        }

        var (end, label, lastDot) = (at + 1, at + 1, -1);
        while (end < text.Length && end - at < 254
            && (text[end] >= 0x80 || char.IsAsciiLetterOrDigit((char)text[end]) || text[end] is (byte)'-' or (byte)'.'))
        {
            if (text[end] == '.')
            {
                if (end == label || !(Bytes.Word(text, end + 1) || Bytes.At(text, end + 1) >= 0x80))
                {
                    break;
                }

                (lastDot, label) = (end, end + 1);
            }

            end++;
        }

        while (end > at && text[end - 1] == '-')
        {
            end--;
        }

        var domain = lastDot < 0 ? default : text[(lastDot + 1)..end];
        var letters = domain.IndexOfAnyInRange((byte)'0', (byte)'9') < 0 && domain.Length >= 2;
        return start < at && text[at - 1] != '.' && letters ? (start, end) : default;
    }

    public static (int, int) UrlCredentials(ReadOnlySpan<byte> text, int colon)
    {
        if (Bytes.At(text, colon + 1) != '/' || Bytes.At(text, colon + 2) != '/')
        {
            return default;
        }

        var start = colon;
        while (start > Math.Max(0, colon - 16)
            && (char.IsAsciiLetterOrDigit((char)text[start - 1])
                || text[start - 1] is (byte)'+' or (byte)'.' or (byte)'-'))
        {
            start--;
        }

        var (at, password) = (colon + 3, -1);
        while (at < text.Length && at - colon < 300 && text[at] > ' ' && !"@/\"<>"u8.Contains(text[at]))
        {
            password = password < 0 && text[at] == ':' ? at + 1 : password;
            at++;
        }

        if (start == colon || Bytes.At(text, at) != '@' || password <= colon + 4 || at <= password)
        {
            return default;
        }

        while (at < text.Length && at - colon < 2048 && text[at] > ' ' && !"\"'<>)]}`"u8.Contains(text[at]))
        {
            at++;
        }

        while (".,;:!?"u8.Contains(text[at - 1]))
        {
            at--;
        }

        return (start, at);
    }

    /// <summary>IPv6 and hardware addresses around a colon; returns where the checked run ends.</summary>
    public static int Colons(ReadOnlySpan<byte> text, int colon, bool publicOnly, List<PiiSpan> spans)
    {
        var start = colon;
        while (start > Math.Max(0, colon - 4) && char.IsAsciiHexDigit((char)text[start - 1]))
        {
            start--;
        }

        var (end, colons, digits) = (start, 0, false);
        while (end < text.Length && end - start < 45
            && (char.IsAsciiHexDigit((char)text[end]) || text[end] is (byte)':' or (byte)'.'))
        {
            colons += text[end] == ':' ? 1 : 0;
            digits |= char.IsAsciiDigit((char)text[end]);
            end++;
        }

        var run = end;
        while (end > start && (text[end - 1] == '.' || (text[end - 1] == ':' && Bytes.At(text, end - 2) != ':')))
        {
            end--;
        }

        if (colons < 2 || Bytes.Word(text, start - 1) || Bytes.Word(text, end))
        {
            return run;
        }

        if (end - start == 17 && colons == 5 && IsMac(text[start..end], (byte)':'))
        {
            spans.Add(new PiiSpan(PiiType.Mac, start, end));
        }
        else if (digits && IPAddress.TryParse(Encoding.ASCII.GetString(text[start..end]), out var address)
            && address.AddressFamily == AddressFamily.InterNetworkV6
            && !(publicOnly
                && (address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal || address.IsIPv6Multicast
                    || IPAddress.IsLoopback(address))))
        {
            spans.Add(new PiiSpan(PiiType.Ipv6, start, end));
        }

        return run;
    }

    /// <summary>A hardware address with dashes or dots that holds the digit at a position.</summary>
    public static (int, int) MacAround(ReadOnlySpan<byte> text, int digit)
    {
        var start = digit;
        while (start > Math.Max(0, digit - 16)
            && (char.IsAsciiHexDigit((char)text[start - 1]) || text[start - 1] is (byte)'-' or (byte)'.'))
        {
            start--;
        }

        foreach (var (length, separator) in ((int, byte)[])[(17, (byte)'-'), (14, (byte)'.')])
        {
            if (start + length <= text.Length && !Bytes.Word(text, start - 1) && !Bytes.Word(text, start + length)
                && IsMac(text.Slice(start, length), separator))
            {
                return (start, start + length);
            }
        }

        return default;
    }

    public static (int, int) Ipv4(ReadOnlySpan<byte> text, int start, int end, bool publicOnly)
    {
        Span<int> parts = stackalloc int[4];
        var at = start;
        for (var part = 0; part < 4; part++)
        {
            if (part > 0 && Bytes.At(text, at++) != '.')
            {
                return default;
            }

            end = Bytes.SkipDigits(text, at, 4);
            if (end == at || end - at > 3 || (parts[part] = Bytes.Number(text[at..end])) > 255)
            {
                return default;
            }

            at = end;
        }

        var local = parts[0] is 0 or 10 or 127 or >= 224 || (parts[0] == 192 && parts[1] == 168)
            || (parts[0] == 172 && parts[1] is >= 16 and <= 31) || (parts[0] == 169 && parts[1] == 254);
        return Bytes.EndsFree(text, at) && !(publicOnly && local) && !AfterVersion(text, start) ? (start, at) : default;
    }

    /// <summary>Four numbers behind the word version or release are no address.</summary>
    private static bool AfterVersion(ReadOnlySpan<byte> text, int start)
    {
        var before = Encoding.ASCII.GetString(text[Math.Max(0, start - 9)..start]).TrimEnd(' ', ':', '=');
        return before.EndsWith("version", StringComparison.OrdinalIgnoreCase)
            || before.EndsWith("release", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsMac(ReadOnlySpan<byte> text, byte separator)
    {
        var group = separator == '.' ? 5 : 3;
        for (var i = 0; i < text.Length; i++)
        {
            if (i % group == group - 1 ? text[i] != separator : !char.IsAsciiHexDigit((char)text[i]))
            {
                return false;
            }
        }

        return true;
    }
}
