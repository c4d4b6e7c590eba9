using Pipeline.Data.Formats;

namespace Pipeline.Data.Building;

/// <summary>
/// A cheap scorer that needs no model: varied words, few symbols, answers that are not cut off or repeated.
/// </summary>
/// <remarks>
/// Score = share of distinct words × share of letters, digits and white space × (1 − share of repeated lines), each
/// from 0 to 1, over the learned text. It finds noise; it does not judge truth.
/// </remarks>
public sealed class LexicalScorer : IRowScorer
{
    /// <inheritdoc/>
    public string Name => "lexical/1";

    /// <inheritdoc/>
    public double Score(CanonicalRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var text = row.Messages is { } messages
            ? string.Join('\n', messages.Where(m => m.Role == "assistant").Select(m => m.Content))
            : string.Concat((row.Parts ?? []).Where(p => p.Loss).Select(p => p.Text));
        if (text.Length == 0) return 0;
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var distinctWords = words.Length == 0
            ? 0 : (double)words.Distinct(StringComparer.OrdinalIgnoreCase).Count() / words.Length;
        var plain = (double)text.Count(c => char.IsLetterOrDigit(c) || char.IsWhiteSpace(c)) / text.Length;
        var distinctLines = lines.Length == 0
            ? 0 : (double)lines.Distinct(StringComparer.Ordinal).Count() / lines.Length;
        return distinctWords * plain * distinctLines;
    }
}
