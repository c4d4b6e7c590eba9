using System.Text;
using System.Text.Json;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Sanitization.Quality;

/// <summary>Judges rows by the heuristics alone, in one walk over the row. One instance a thread.</summary>
/// <param name="limits">What the joined text must hold to.</param>
/// <param name="fields">Fields of the text.</param>
internal sealed class QualityGate(QualityLimits limits, TextFields fields)
{
    private readonly KeyValuePair<QualityRule, (double Least, double Most)>[] _limits = [.. limits.Ranges];
    private readonly bool _boilerplate = limits.Ranges.ContainsKey(QualityRule.Boilerplate);
    private readonly RowParser _parser = new(fields);
    private readonly PhraseFilter _phrases = new(TextMeter.Phrases);
    private readonly TextMeter _meter = new();
    private byte[] _lower = new byte[4096];

    /// <summary>The rule that removes a row, such as <c>quality:words</c>; null when it stays.</summary>
    /// <param name="row">A row of well-formed JSON.</param>
    public string? RuleAgainst(ReadOnlySpan<byte> row)
    {
        if (_parser.Parse(row) is not null)
        {
            return null; // The caller has read it already.
        }

        var text = _parser.Text.Span;
        return QualityLimits.FirstFailed(_limits, _meter.Measure(text, _boilerplate && MayHoldPhrase(text)))
            is { } failed
            ? "quality:" + JsonNamingPolicy.KebabCaseLower.ConvertName(failed.ToString()) : null;
    }

    private bool MayHoldPhrase(ReadOnlySpan<byte> text)
    {
        if (_lower.Length < text.Length)
        {
            _lower = new byte[text.Length * 2];
        }

        return Ascii.ToLower(text, _lower, out var written) != System.Buffers.OperationStatus.Done
            || _phrases.MayHold(_lower.AsSpan(0, written));
    }
}
