using System.Buffers;

namespace Pipeline.Data.Sanitization;

/// <summary>
/// Tokens of vendors, told by their prefix, alphabet and length. A run of word characters and dashes is looked at once,
/// whatever stands in it.
/// </summary>
/// <remarks>
/// <b>Source:</b> the formats that the vendors publish for secret scanning. A token without any digit or underscore,
/// one in fifty of the shortest kind, is found only where another rule finds it.
/// </remarks>
internal static class TokenRules
{
    private const int Shortest = 20;
    private const int LeastDifferent = 6; // characters; what fills a place in a manual has fewer

    private static readonly SearchValues<byte> Run =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    private static readonly Form[] Forms =
    [
        // Stripe: secret and restricted keys; pk_ is public. Webhooks sign with whsec_.
        new("sk_live_"u8, 16, 250, Alphabet.Letters), new("sk_test_"u8, 16, 250, Alphabet.Letters),
        new("rk_live_"u8, 16, 250, Alphabet.Letters), new("rk_test_"u8, 16, 250, Alphabet.Letters),
        new("whsec_"u8, 32, 64, Alphabet.Letters),
        // GitLab: of persons, deployments and runners.
        new("glpat-"u8, 20, 64, Alphabet.Url), new("gldt-"u8, 20, 64, Alphabet.Url),
        new("glrt-"u8, 20, 64, Alphabet.Url),
        // npm, PyPI (a macaroon of its own site), Hugging Face.
        new("npm_"u8, 36, 36, Alphabet.Letters), new("pypi-AgE"u8, 50, 1000, Alphabet.Url),
        new("hf_"u8, 34, 34, Alphabet.Letters),
        // Google: API keys and client secrets.
        new("AIza"u8, 35, 35, Alphabet.Url), new("GOCSPX-"u8, 28, 28, Alphabet.Url),
        // DigitalOcean and Shopify.
        new("dop_v1_"u8, 64, 64, Alphabet.Hex), new("doo_v1_"u8, 64, 64, Alphabet.Hex),
        new("dor_v1_"u8, 64, 64, Alphabet.Hex), new("shpat_"u8, 32, 32, Alphabet.Hex),
        new("shpss_"u8, 32, 32, Alphabet.Hex), new("shpca_"u8, 32, 32, Alphabet.Hex),
        new("shppa_"u8, 32, 32, Alphabet.Hex),
        // Model services.
        new("sk-ant-"u8, 80, 200, Alphabet.Url), new("sk-proj-"u8, 40, 250, Alphabet.Url),
    ];

    /// <summary>Looks at the run around a digit or an underscore.</summary>
    /// <returns>Where the run ends.</returns>
    public static int Around(ReadOnlySpan<byte> text, int at, List<PiiSpan> spans)
    {
        var start = text[..at].LastIndexOfAnyExcept(Run) + 1;
        var rest = text[at..].IndexOfAnyExcept(Run);
        var end = rest < 0 ? text.Length : at + rest;
        if (end - start >= Shortest && Find(text, start, end) is { End: > 0 } found)
        {
            spans.Add(new PiiSpan(PiiType.ApiToken, found.Start, found.End));
        }

        return end;
    }

    /// <summary>Whether a character may belong to a token: a number alone is none.</summary>
    public static bool InRun(ReadOnlySpan<byte> text, int at) => Bytes.Word(text, at) || Bytes.At(text, at) == '-';

    private static (int Start, int End) Find(ReadOnlySpan<byte> text, int start, int end)
    {
        var run = text[start..end];
        foreach (var form in Forms)
        {
            if (run[0] != form.Prefix[0] || !run.StartsWith(form.Prefix))
            {
                continue;
            }

            var first = form.Prefix.Length;
            var last = first;
            while (last < run.Length && form.Alphabet switch
            {
                Alphabet.Hex => char.IsAsciiHexDigit((char)run[last]),
                Alphabet.Letters => char.IsAsciiLetterOrDigit((char)run[last]),
                _ => true,
            })
            {
                last++;
            }

            return last - first >= form.Least && last - first <= form.Most && !Bytes.Word(run, last)
                && IsRandom(run[first..last]) ? (start, start + last) : default;
        }

        return SendGrid(text, start, end);
    }

    /// <summary><c>SG.</c>, 22 characters, a dot and 43 characters.</summary>
    private static (int Start, int End) SendGrid(ReadOnlySpan<byte> text, int start, int end)
    {
        if (end - start != 22 || start < 3 || !text[(start - 3)..].StartsWith("SG."u8) || InRun(text, start - 4)
            || Bytes.At(text, end) != '.')
        {
            return default;
        }

        var last = end + 1;
        while (last <= end + 44 && InRun(text, last))
        {
            last++;
        }

        return last == end + 44 ? (start - 3, last) : default;
    }

    /// <summary>
    /// Nothing that fills a place in a manual: several characters to its end, and capitals or digits.
    /// </summary>
    private static bool IsRandom(ReadOnlySpan<byte> body)
    {
        var (low, high) = (0UL, 0UL);
        foreach (var c in body[^Math.Min(body.Length, Shortest)..])
        {
            (low, high) = c < 64 ? (low | (1UL << c), high) : (low, high | (1UL << (c - 64)));
        }

        return ulong.PopCount(low) + ulong.PopCount(high) >= LeastDifferent
            && (body.ContainsAnyInRange((byte)'0', (byte)'9') || body.ContainsAnyInRange((byte)'A', (byte)'Z'));
    }

    private enum Alphabet
    {
        Letters,
        Hex,
        Url,
    }

    private sealed class Form(ReadOnlySpan<byte> prefix, int least, int most, Alphabet alphabet)
    {
        public byte[] Prefix { get; } = prefix.ToArray();

        public int Least => least;

        public int Most => most;

        public Alphabet Alphabet => alphabet;
    }
}
