using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Data.Sanitization;

/// <summary>E-mail, URLs with credentials, IP and hardware addresses.</summary>
internal static class NetworkRules
{
    private static readonly string[] VersionWords =
        ["version", "release", "firmware", "section", "chapter", "clause", "python", " ver", " rev"];

    public static (int, int) Email(ReadOnlySpan<byte> text, int at)
    {
        var start = at;
        while (start > Math.Max(0, at - 64) && LocalCharacter(text, start - 1) is > 0 and var bytes)
        {
            start -= bytes;
        }

        while (start < at && text[start] is (byte)'.' or (byte)'\'' or (byte)'-')
        {
            start++;
        }

        var (end, label, lastDot) = (at + 1, at + 1, -1);
        while (end < text.Length && end - at < 254 && DomainCharacter(text, end) is > 0 and var bytes)
        {
            if (text[end] == '.')
            {
                if (end == label || !(Bytes.Word(text, end + 1) || DomainCharacter(text, end + 1) > 1))
                {
                    break;
                }

                (lastDot, label) = (end, end + 1);
            }

            end += bytes;
        }

        if (lastDot >= 0 && char.IsAsciiLetter((char)text[label]))
        {
            // A script without spaces may go on right behind the address: a top-level domain is of one script.
            var other = text[label..end].IndexOfAnyInRange((byte)0x80, (byte)0xFF);
            end = other < 0 ? end : label + other;
        }

        while (end > at && text[end - 1] == '-')
        {
            end--;
        }

        var domain = lastDot < 0 ? default : text[(lastDot + 1)..end];
        var letters = domain.IndexOfAnyInRange((byte)'0', (byte)'9') < 0 && domain.Length >= 2;
        return start < at && text[at - 1] != '.' && letters && !IsPicture(domain) ? (start, end) : default;
    }

    /// <summary>
    /// Bytes of the character that ends here, if it may stand before the at sign: beside ASCII, letters of alphabets
    /// that put spaces between words; others would draw the sentence into the address.
    /// </summary>
    private static int LocalCharacter(ReadOnlySpan<byte> text, int last)
    {
        if (text[last] < 0x80)
        {
            return char.IsAsciiLetterOrDigit((char)text[last]) || "._%+-'"u8.Contains(text[last]) ? 1 : 0;
        }

        return last > 0 && text[last - 1] is >= 0xC3 and <= 0xD7
            && Rune.DecodeFromUtf8(text.Slice(last - 1, 2), out var rune, out _) == OperationStatus.Done
            && Rune.IsLetter(rune) ? 2 : 0;
    }

    private static int DomainCharacter(ReadOnlySpan<byte> text, int at)
    {
        if (Bytes.At(text, at) < 0x80)
        {
            return char.IsAsciiLetterOrDigit((char)Bytes.At(text, at)) || Bytes.At(text, at) is (byte)'-' or (byte)'.'
                ? 1 : 0;
        }

        return Rune.DecodeFromUtf8(text[at..], out var rune, out var length) == OperationStatus.Done
            && (Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark) ? length : 0;
    }

    /// <summary>A picture of twice the size, <c>icon@2x.png</c>, has an extension and no domain.</summary>
    private static bool IsPicture(ReadOnlySpan<byte> extension) =>
        extension.SequenceEqual("png"u8) || extension.SequenceEqual("jpg"u8) || extension.SequenceEqual("jpeg"u8)
            || extension.SequenceEqual("webp"u8) || extension.SequenceEqual("svg"u8)
            || extension.SequenceEqual("gif"u8);

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

        if (start == colon || Bytes.At(text, at) != '@' || password < 0 || at <= password)
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
            && !(publicOnly && !IsPublic(address)))
        {
            spans.Add(new PiiSpan(PiiType.Ipv6, start, end));
        }

        return run;
    }

    // Unicast addresses are given out of 2000::/3 only; a fingerprint in pairs of digits is none of them.
    private static bool IsPublic(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return bytes[0] >> 5 == 1 || address.IsIPv4MappedToIPv6
            || bytes.StartsWith((ReadOnlySpan<byte>)[0, 0x64, 0xFF, 0x9B]);
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
                && IsMac(text.Slice(start, length), separator)
                && !(Bytes.At(text, start + length) == separator && Bytes.Word(text, start + length + 1)))
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
        return AddressEnds(text, start, at) && !(publicOnly && local) && !AfterVersion(text, start, at)
            && !InVersion(text, start, at) ? (start, at) : default;
    }

    // Between an epoch and a revision four numbers are a version, as in 2:5.2.8.0+dfsg-1.
    private static bool InVersion(ReadOnlySpan<byte> text, int start, int end) =>
        (Bytes.At(text, start - 1) == ':' && Bytes.Digit(text, start - 2))
            || (Bytes.At(text, end) is (byte)'+' or (byte)'~' && Bytes.Word(text, end + 1));

    // A slash behind an address leads to a port of the path or a prefix length, but behind a version in a path on to
    // the next folder.
    private static bool AddressEnds(ReadOnlySpan<byte> text, int start, int end) => Bytes.At(text, end) == '/'
        ? Bytes.At(text, start - 1) != '/' || Bytes.At(text, start - 2) == '/' : Bytes.EndsFree(text, end);

    /// <summary>Four numbers behind a word such as version, or a product and a slash, are no address.</summary>
    private static bool AfterVersion(ReadOnlySpan<byte> text, int start, int end)
    {
        if (Bytes.At(text, start - 1) == '/' && char.IsAsciiLetter((char)Bytes.At(text, start - 2)))
        {
            // A host and its address are written so as well, but then with a port.
            return Bytes.At(text, end) != ':' || !Bytes.Digit(text, end + 1);
        }

        var before = Encoding.ASCII.GetString(text[Math.Max(0, start - 12)..start])
            .TrimEnd(' ', ':', '=', '.', '"');
        return Array.Exists(VersionWords, word => before.EndsWith(word, StringComparison.OrdinalIgnoreCase));
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
