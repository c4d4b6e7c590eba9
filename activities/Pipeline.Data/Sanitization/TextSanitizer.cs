using System.Security.Cryptography;
using System.Text;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Sanitization;

/// <summary>
/// Sanitizes texts as bytes: repairs them, escapes look-alikes of placeholders, replaces personal data until none is
/// left. One instance a thread.
/// </summary>
internal sealed class TextSanitizer(SanitizeOptions options)
{
    private const int MostRounds = 8;
    // Longer values are texts, which say themselves what they are about.
    private const int MostTold = 256;
    private static readonly PiiType[] Types = Enum.GetValues<PiiType>();
    private static readonly string[] Rules = [.. Types.Select(type => "pii:" + PiiNames.Of(type))];
    private static readonly byte[][] Tags = [.. Types.Select(type => Encoding.UTF8.GetBytes($"<{PiiNames.Of(type)}>"))];

    private readonly PiiFinder _finder = new(options.Pii);
    private readonly RuleTracer _tracer = new(options.TraceRows);
    private readonly PiiMode[] _modes = [.. Types.Select(type => options.Modes.GetValueOrDefault(type, options.Mode))
        .Select(mode => mode == PiiMode.Drop && options.KeepRows ? PiiMode.Replace : mode)];
    private readonly long[] _counts = new long[Types.Length];
    private readonly List<PiiSpan> _spans = [];
    private readonly List<PiiSpan> _traced = [];
    private readonly List<string> _uncovered = [];
    private readonly List<string> _rules = [];
    private readonly ByteBuffer _told = new();
    private ByteBuffer _text = new();
    private ByteBuffer _next = new();

    /// <summary>Replaced spans by class.</summary>
    public SortedDictionary<string, long> PiiSpans =>
        new(Types.Where(type => _counts[(int)type] > 0).ToDictionary(PiiNames.Of, type => _counts[(int)type]),
            StringComparer.Ordinal);

    /// <summary>What happens to each class that was found.</summary>
    public SortedDictionary<string, PiiMode> PiiModes =>
        new(Types.Where(type => _counts[(int)type] > 0).ToDictionary(PiiNames.Of, type => _modes[(int)type]),
            StringComparer.Ordinal);

    /// <summary>What is read before the next texts to know what they are; see <see cref="FieldContext"/>.</summary>
    public byte[] Context { get; set; } = [];

    /// <summary>Texts that each repair changed.</summary>
    public SortedDictionary<string, long> CleanedTexts { get; } = new(StringComparer.Ordinal);

    /// <summary>The first texts that each rule changed.</summary>
    public IEnumerable<RuleTrace> Traces => _tracer.All;

    /// <summary>Edits of the row: path, class, place, salted hash.</summary>
    public List<PiiEdit> Edits { get; } = [];

    /// <summary>Rule that removes the row; null when it stays.</summary>
    public string? RemovedBy { get; set; }

    /// <summary>Whether a placeholder was written into the row.</summary>
    public bool Placed { get; private set; }

    /// <summary>The last text as it is to be written.</summary>
    public ReadOnlySpan<byte> Text => _text.Span;

    /// <summary>Forgets the last row.</summary>
    public void Begin()
    {
        Edits.Clear();
        (RemovedBy, Placed) = (null, false);
    }

    /// <summary>
    /// Whether a text holds personal data; the spans are kept for <see cref="Apply"/> of the same text.
    /// </summary>
    public bool Holds(ReadOnlySpan<byte> text, TextTraits traits)
    {
        if (Context.Length > 0)
        {
            Find(text, _spans);
        }
        else
        {
            _finder.Find(text, traits, _spans);
        }

        return _spans.Count > 0;
    }

    /// <summary>
    /// A name for a field whose own one holds personal data, made of its class; follows <see cref="Holds"/> of the
    /// name.
    /// </summary>
    /// <param name="isTaken">Whether the row has such a name already.</param>
    public byte[] Rename(Func<byte[], bool> isTaken)
    {
        var (type, number) = (_spans[0].Type, 1);
        _counts[(int)type]++;
        byte[] name;
        do
        {
            name = Encoding.UTF8.GetBytes($"<{PiiNames.Of(type)}-{number++}>");
        }
        while (isTaken(name));
        return name;
    }

    /// <summary>Sanitizes a text; returns whether <see cref="Text"/> differs from it.</summary>
    /// <param name="before">Well-formed UTF-8.</param>
    /// <param name="place">Where the text stands, for audit and traces.</param>
    /// <param name="marked">Whether the row carries placeholders of an earlier pass.</param>
    /// <param name="searched">Whether <see cref="Holds"/> was asked about this very text last.</param>
    public bool Apply(ReadOnlySpan<byte> before, JsonPlace place, bool marked, bool searched)
    {
        _rules.Clear();
        _text.Clear();
        _text.Add(before);
        if (options.Clean && TextCleaner.MayChange(before, TextTraits.All))
        {
            Set(TextCleaner.Clean(Encoding.UTF8.GetString(before), _rules));
        }

        if (!marked && Placeholders.MayHold(_text.Span) && Encoding.UTF8.GetString(_text.Span) is var text
            && Placeholders.Escape(text) is var escaped && escaped != text)
        {
            _rules.Add(Placeholders.Rule);
            Set(escaped);
        }

        _rules.ForEach(rule => CleanedTexts[rule] = CleanedTexts.GetValueOrDefault(rule) + 1);
        if (!searched || _rules.Count > 0)
        {
            Find(_text.Span, _spans);
        }

        if (_spans.Count > 0)
        {
            ReplaceAll(place);
        }
        else if (_rules.Count > 0)
        {
            // Only texts without personal data are traced as they were: a defect may have hidden some from the scanner.
            var (was, now, path) =
                (Encoding.UTF8.GetString(before), Encoding.UTF8.GetString(_text.Span), place.ToString());
            _rules.ForEach(rule => _tracer.Add(rule, place.Row, path, was, now));
        }

        return !_text.Span.SequenceEqual(before);
    }

    private void Find(ReadOnlySpan<byte> text, List<PiiSpan> spans)
    {
        if (Context.Length == 0 || text.Length > MostTold)
        {
            _finder.Find(text, spans);
            return;
        }

        _told.Clear();
        _told.Add(Context);
        _told.Add(text);
        _told.Add(FieldContext.Behind);
        _finder.Find(_told.Span, spans);
        var (before, end) = (Context.Length, text.Length);
        spans.RemoveAll(span => span.Start < before || span.Start >= before + end);
        for (var i = 0; i < spans.Count; i++)
        {
            spans[i] = spans[i] with { Start = spans[i].Start - before, End = Math.Min(spans[i].End - before, end) };
        }
    }

    private void Set(string text)
    {
        _text.Clear();
        _text.Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _text.Length = Encoding.UTF8.GetBytes(text, _text.Array);
    }

    // What stood beside a replaced value may only now stand free, so the scan is repeated until it finds nothing new.
    private void ReplaceAll(JsonPlace place)
    {
        var path = place.ToString();
        for (var round = 0; round < MostRounds && _spans.Count > 0; round++)
        {
            Replace(place.Row, path);
            if (_next.Span.SequenceEqual(_text.Span))
            {
                break;
            }

            // A value that is gone can leave a space at the end of a line, or an empty line.
            (_text, _next) = (_next, _text);
            if (options.Clean && TextCleaner.MayChange(_text.Span, TextTraits.All))
            {
                Set(TextCleaner.Clean(Encoding.UTF8.GetString(_text.Span), _uncovered));
            }

            Find(_text.Span, _spans);
        }
    }

    private void Replace(string row, string path)
    {
        var bytes = _text.Span;
        var last = 0;
        _next.Clear();
        foreach (var span in _spans)
        {
            var value = bytes[span.Start..span.End];
            var mode = _modes[(int)span.Type];
            _counts[(int)span.Type]++;
            var hash = options.Key.IsEmpty ? "" : HashOf(span.Type, value);
            Edits.Add(new PiiEdit(path, PiiNames.Of(span.Type), PiiScanner.Version, span.Start, span.End, mode, hash));
            Placed |= mode is PiiMode.Replace or PiiMode.Hash or PiiMode.Pseudonym;
            RemovedBy = mode == PiiMode.Drop ? Rules[(int)span.Type] : RemovedBy;
            _next.Add(bytes[last..span.Start]);
            AddReplacement(span.Type, mode, value, hash);
            last = span.End;
        }

        _next.Add(bytes[last..]);
        if (_spans.Exists(span => _tracer.Wants(Rules[(int)span.Type])))
        {
            var rules = _spans.Select(span => Rules[(int)span.Type]).Distinct(StringComparer.Ordinal)
                .Where(_tracer.Wants).ToList();
            // Kept values are not to be read in the trace either.
            Find(_next.Span, _traced);
            var (before, after) = (RuleTracer.Mask(bytes, _spans), RuleTracer.Mask(_next.Span, _traced));
            rules.ForEach(rule => _tracer.Add(rule, row, path, before, after));
        }
    }

    private void AddReplacement(PiiType type, PiiMode mode, ReadOnlySpan<byte> value, string hash)
    {
        switch (mode)
        {
            case PiiMode.Replace:
                _next.Add(Tags[(int)type]);
                break;
            case PiiMode.Mask:
                _next.Add(Encoding.UTF8.GetBytes(string.Concat(Encoding.UTF8.GetString(value).Select(
                    c => char.IsLetterOrDigit(c) || char.IsSurrogate(c) || c is '@' or ':' or '_' ? '*' : c))));
                break;
            case PiiMode.Hash:
                _next.Add(Encoding.UTF8.GetBytes($"<{PiiNames.Of(type)}:{hash}>"));
                break;
            case PiiMode.Pseudonym:
                _next.Add(Encoding.UTF8.GetBytes($"<{PiiNames.Of(type)}-{hash[..6]}>"));
                break;
            case PiiMode.Redact or PiiMode.Drop:
                break;
            default:
                _next.Add(value);
                break;
        }
    }

    /// <summary>A keyed hash as letters a … p: a placeholder must not look like a number on a second pass.</summary>
    private string HashOf(PiiType type, ReadOnlySpan<byte> value)
    {
        const int Letters = 16;
        var hash =
            HMACSHA256.HashData(options.Key.Span, [.. Encoding.UTF8.GetBytes(PiiNames.Of(type) + ":"), .. value]);
        return string.Concat(
            hash.SelectMany(part => new[] { (char)('a' + (part >> 4)), (char)('a' + (part & 15)) }).Take(Letters));
    }
}
