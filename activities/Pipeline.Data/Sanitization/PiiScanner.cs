using System.Buffers;

namespace Pipeline.Data.Sanitization;

/// <summary>
/// Finds personal data and secrets in UTF-8 text in linear time: a vectorised search for anchors (digits, at signs,
/// colons, fixed prefixes), then a bounded check around each. Thread-safe.
/// </summary>
/// <param name="options">What is looked for.</param>
public sealed class PiiScanner(PiiOptions options)
{
    /// <summary>Version of the rules; recorded with every edit.</summary>
    public const int Version = 3;

    private static readonly SearchValues<byte> Anchors = SearchValues.Create("0123456789@:_"u8);

    /// <summary>Finds the spans of a text, in order, without overlaps.</summary>
    /// <param name="text">Well-formed UTF-8.</param>
    /// <param name="spans">Receives the spans; cleared first.</param>
    public void Scan(ReadOnlySpan<byte> text, List<PiiSpan> spans)
    {
        ArgumentNullException.ThrowIfNull(spans);
        Scan(text, TraitScanner.Of(text), spans);
    }

    /// <summary>As <see cref="Scan(ReadOnlySpan{byte}, List{PiiSpan})"/>, of a text whose traits are known.</summary>
    internal void Scan(ReadOnlySpan<byte> text, TextTraits traits, List<PiiSpan> spans)
    {
        spans.Clear();
        if (traits.HasFlag(TextTraits.Prefixes))
        {
            Prefixes(text, spans);
        }

        if (traits.HasFlag(TextTraits.Anchors))
        {
            ScanAnchors(text, spans);
        }

        if (traits.HasFlag(TextTraits.Spelled))
        {
            SpelledEmail.Find(text, spans);
        }

        if (options.GivenNames.Count > 0)
        {
            NameRules.Find(text, options.GivenNames, spans);
        }

        Resolve(spans);
    }

    private static void Prefixes(ReadOnlySpan<byte> text, List<PiiSpan> spans)
    {
        Prefix(text, "-----BEGIN "u8, PiiType.PrivateKey, SecretRules.PrivateKey, spans);
        Prefix(text, "eyJ"u8, PiiType.Jwt, SecretRules.Jwt, spans);
        Prefix(text, "AKIA"u8, PiiType.AwsAccessKey, SecretRules.AwsAccessKey, spans);
        Prefix(text, "ASIA"u8, PiiType.AwsAccessKey, SecretRules.AwsAccessKey, spans);
        Prefix(text, "xox"u8, PiiType.SlackToken, SecretRules.SlackToken, spans);
        Prefix(text, " -p"u8, PiiType.ConnectionSecret, CommandRules.Password, spans);
        Prefix(text, "assport"u8, PiiType.Passport, IdentityRules.Passport, spans);
        Prefix(text, "ASSPORT"u8, PiiType.Passport, IdentityRules.Passport, spans);
    }

    private void ScanAnchors(ReadOnlySpan<byte> text, List<PiiSpan> spans)
    {
        var (at, colonsDone, runsDone) = (0, 0, 0);
        while (text[at..].IndexOfAny(Anchors) is >= 0 and var skip)
        {
            at += skip;
            switch (text[at])
            {
                case (byte)'@':
                    Add(PiiType.Email, NetworkRules.Email(text, at), spans);
                    at++;
                    break;
                case (byte)'_':
                    Add(PiiType.GithubToken, SecretRules.GithubToken(text, at), spans);
                    runsDone = at < runsDone ? runsDone : TokenRules.Around(text, at, spans);
                    at++;
                    break;
                case (byte)':':
                    Add(PiiType.UrlCredentials, NetworkRules.UrlCredentials(text, at), spans);
                    Add(PiiType.SlackToken, SecretRules.SlackWebhook(text, at), spans);
                    if (at >= colonsDone)
                    {
                        colonsDone = NetworkRules.Colons(text, at, options.PublicAddressesOnly, spans);
                    }

                    at++;
                    break;
                default:
                    var end = at + 1;
                    while (end < text.Length && char.IsAsciiDigit((char)text[end]))
                    {
                        end++;
                    }

                    Digits(text, at, end, spans);
                    if (at >= runsDone && TokenRules.InRun(text, at - 1))
                    {
                        runsDone = TokenRules.Around(text, at, spans);
                    }

                    at = end;
                    break;
            }
        }
    }

    private void Digits(ReadOnlySpan<byte> text, int start, int end, List<PiiSpan> spans)
    {
        Add(PiiType.Iban, NumberRules.Iban(text, start), spans);
        Add(PiiType.UkNino, IdentityRules.UkNino(text, start, end), spans);
        Add(PiiType.Mac, NetworkRules.MacAround(text, start), spans);
        Add(PiiType.DateOfBirth, IdentityRules.DateOfBirth(text, start, end), spans);
        Add(PiiType.SlackToken, SecretRules.SlackAppToken(text, start), spans);
        if (!Bytes.StartsFree(text, start))
        {
            return;
        }

        Add(PiiType.CreditCard, NumberRules.CreditCard(text, start, end), spans);
        Add(PiiType.UsSsn, IdentityRules.UsSsn(text, start, end), spans);
        Add(PiiType.Ipv4, NetworkRules.Ipv4(text, start, end, options.PublicAddressesOnly), spans);
        Add(PiiType.Phone, PhoneRules.Find(text, start, end), spans);
        Add(PiiType.StreetAddress, StreetRules.Find(text, start, end), spans);
    }

    private static void Prefix(
        ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix, PiiType type, Rule rule, List<PiiSpan> spans)
    {
        var at = 0;
        while (text[at..].IndexOf(prefix) is >= 0 and var skip)
        {
            at += skip;
            var (span, next) = rule(text, at);
            Add(type, span, spans);
            at = Math.Max(next, at + prefix.Length);
        }
    }

    private static void Add(PiiType type, (int Start, int End) found, List<PiiSpan> spans)
    {
        if (found.End > found.Start)
        {
            spans.Add(new PiiSpan(type, found.Start, found.End));
        }
    }

    /// <summary>
    /// Of overlapping spans the one of the stronger class stays; of one class the earlier, then the longer.
    /// </summary>
    internal static void Resolve(List<PiiSpan> spans)
    {
        if (spans.Count < 2)
        {
            return;
        }

        spans.Sort(
            (left, right) => (left.Start, left.Type, -left.End).CompareTo((right.Start, right.Type, -right.End)));
        var kept = 0;
        for (var i = 0; i < spans.Count; i++)
        {
            var span = spans[i];
            var back = kept;
            while (back > 0 && spans[back - 1].End > span.Start && span.Type < spans[back - 1].Type)
            {
                back--;
            }

            if (back == 0 || spans[back - 1].End <= span.Start)
            {
                spans[back] = span;
                kept = back + 1;
            }
        }

        spans.RemoveRange(kept, spans.Count - kept);
    }

    /// <summary>
    /// Checks one occurrence of a prefix: the span, empty when there is none, and where the search goes on.
    /// </summary>
    internal delegate ((int Start, int End) Span, int Next) Rule(ReadOnlySpan<byte> text, int at);
}
