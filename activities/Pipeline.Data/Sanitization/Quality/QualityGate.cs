using System.Text;
using System.Text.Json;

namespace Pipeline.Data.Sanitization.Quality;

/// <summary>Judges texts by the heuristics alone. One instance a thread.</summary>
/// <param name="limits">What the joined text of a row must hold to.</param>
internal sealed class QualityGate(QualityLimits limits)
{
    private static readonly byte[][] Phrases = [.. TextMeter.Phrases.Select(Encoding.ASCII.GetBytes)];

    // Each of the phrases holds one of these, and few texts do.
    private static readonly byte[][] Parts =
        ["terms of "u8.ToArray(), "privacy policy"u8.ToArray(), "cookie"u8.ToArray(), "rights reserved"u8.ToArray()];

    private readonly KeyValuePair<QualityRule, (double Least, double Most)>[] _limits = [.. limits.Ranges];
    private readonly bool _boilerplate = limits.Ranges.ContainsKey(QualityRule.Boilerplate);
    private readonly TextMeter _meter = new();
    private byte[] _lower = new byte[4096];

    /// <summary>The rule that removes a row, such as <c>quality:words</c>; null when it stays.</summary>
    /// <param name="text">The texts of the row, well-formed UTF-8.</param>
    public string? RuleAgainst(ReadOnlySpan<byte> text) =>
        QualityLimits.FirstFailed(_limits, _meter.Measure(text, _boilerplate && HoldsPhrase(text))) is { } failed
            ? "quality:" + JsonNamingPolicy.KebabCaseLower.ConvertName(failed.ToString()) : null;

    private bool HoldsPhrase(ReadOnlySpan<byte> text)
    {
        if (_lower.Length < text.Length)
        {
            _lower = new byte[text.Length * 2];
        }

        if (Ascii.ToLower(text, _lower, out var written) != System.Buffers.OperationStatus.Done)
        {
            return true; // other letters can stand for those of a phrase
        }

        // ASCII has no other letters than those of the phrases, and a phrase lies in one line.
        var lower = _lower.AsSpan(0, written);
        return ContainsAny(lower, Parts) && ContainsAny(lower, Phrases);
    }

    private static bool ContainsAny(ReadOnlySpan<byte> text, byte[][] values)
    {
        foreach (var value in values)
        {
            if (text.IndexOf(value) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
