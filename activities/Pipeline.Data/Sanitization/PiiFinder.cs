namespace Pipeline.Data.Sanitization;

/// <summary>
/// Finds personal data also where it is disguised: the text itself, its <see cref="ObfuscationView"/>, runs of base64
/// and hexadecimal digits, and the operator's words and patterns. Linear in the text. One instance a thread.
/// </summary>
/// <param name="options">What is looked for.</param>
public sealed class PiiFinder(PiiOptions options)
{
    private readonly PiiScanner _scanner = new(options);
    private readonly EncodedRuns _encoded = new(new PiiScanner(options));
    private readonly ObfuscationView _view = new();
    private readonly CustomRules _custom = new(options);
    private readonly List<PiiSpan> _more = [];

    /// <summary>Finds the spans of a text, in order, without overlaps.</summary>
    /// <param name="text">Well-formed UTF-8.</param>
    /// <param name="spans">Receives the spans; cleared first.</param>
    public void Find(ReadOnlySpan<byte> text, List<PiiSpan> spans)
    {
        ArgumentNullException.ThrowIfNull(spans);
        Find(text, TraitScanner.Of(text), spans);
    }

    /// <summary>As <see cref="Find(ReadOnlySpan{byte}, List{PiiSpan})"/>, of a text whose traits are known.</summary>
    internal void Find(ReadOnlySpan<byte> text, TextTraits traits, List<PiiSpan> spans)
    {
        _scanner.Scan(text, traits, spans);
        var plain = spans.Count;
        var mayHide = (traits & (TextTraits.Odd | TextTraits.Signs)) != TextTraits.None
            || (traits.HasFlag(TextTraits.Anchors) && text.IndexOf("&#"u8) >= 0);
        if (mayHide && _view.Build(text))
        {
            _scanner.Scan(_view.Text, _more);
            foreach (var span in _more)
            {
                var mapped = _view.Map(span);
                if (!spans.Contains(mapped))
                {
                    spans.Add(mapped);
                }
            }
        }

        _encoded.Find(text, spans);
        if ((traits & (TextTraits.Signs | TextTraits.Anchors)) != TextTraits.None)
        {
            ConnectionRules.Find(text, spans);
        }

        _custom.Find(text, spans);
        if (spans.Count > plain)
        {
            PiiScanner.Resolve(spans);
        }
    }
}
