using System.Text.Json;

namespace Pipeline.Data.Sanitization.Quality;

/// <summary>Judges texts by the heuristics alone. One instance a thread.</summary>
/// <param name="limits">What the joined text of a row must hold to.</param>
internal sealed class QualityGate(QualityLimits limits)
{
    private readonly KeyValuePair<QualityRule, (double Least, double Most)>[] _limits = [.. limits.Ranges];
    private readonly TextMeter _meter = new();

    /// <summary>The rule that removes a row, such as <c>quality:words</c>; null when it stays.</summary>
    /// <param name="text">The texts of the row, well-formed UTF-8.</param>
    public string? RuleAgainst(ReadOnlySpan<byte> text) =>
        QualityLimits.FirstFailed(_limits, _meter.Measure(text)) is { } failed
            ? "quality:" + JsonNamingPolicy.KebabCaseLower.ConvertName(failed.ToString()) : null;
}
