using System.Text.Json;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Formats;

/// <summary>Finds the format of rows by their keys and refuses mixtures that nobody declared.</summary>
public sealed class FormatDetector
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>Rows by format, in ordinal order; <c>unknown</c> counts rows of no known shape.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>The format of one row.</summary>
    /// <param name="row">A JSON object.</param>
    /// <returns>The format, or null when no known shape fits.</returns>
    public static DataFormat? Detect(JsonElement row)
    {
        if (row.TryGetProperty("messages", out _)) return DataFormat.OpenAi;
        if (row.TryGetProperty("conversations", out _)) return DataFormat.ShareGpt;
        if (row.TryGetProperty("parts", out _)) return DataFormat.Parts;
        if (row.TryGetProperty("chosen", out _) && row.TryGetProperty("rejected", out _)) return DataFormat.Preference;
        if (row.TryGetProperty("input_ids", out _)) return DataFormat.PreTokenised;
        if (row.TryGetProperty("instruction", out _) && row.TryGetProperty("output", out _)) return DataFormat.Alpaca;
        if (row.TryGetProperty("prompt", out var prompt) && row.TryGetProperty("completion", out _))
            return prompt.ValueKind == JsonValueKind.Array
                ? DataFormat.PromptCompletionChat : DataFormat.PromptCompletion;
        return row.TryGetProperty("text", out _) ? DataFormat.Text : null;
    }

    /// <summary>Counts a row.</summary>
    /// <param name="row">A JSON object.</param>
    /// <returns>Its format, or null.</returns>
    public DataFormat? Add(JsonElement row)
    {
        var format = Detect(row);
        Add(format);
        return format;
    }

    /// <summary>Counts a row whose format is known.</summary>
    /// <param name="format">Its format; null for no known shape.</param>
    internal void Add(DataFormat? format)
    {
        var name = format?.ToString() ?? "unknown";
        _counts[name] = _counts.GetValueOrDefault(name) + 1;
    }

    /// <summary>Fails when more than one shape was counted.</summary>
    /// <exception cref="DataInputException"><c>E-FMT-MIXED</c> with the counts, or <c>E-FMT-UNKNOWN</c>.</exception>
    public void EnsureSingle()
    {
        var counts = string.Join(", ", _counts.Select(p => $"{p.Key}: {p.Value}"));
        if (_counts.Count > 1)
            throw new DataInputException("E-FMT-MIXED",
                $"the rows mix formats ({counts}). Name the format of each source, or convert them to one.");
        if (_counts.ContainsKey("unknown"))
            throw new DataInputException(
                "E-FMT-UNKNOWN",
                $"no known format fits ({counts}). Expected the keys messages, conversations, instruction and output, "
                    + $"prompt and completion, parts, chosen and rejected, input_ids, or text.");
    }
}
