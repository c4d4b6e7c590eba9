using Pipeline.Data.Stages;

namespace Pipeline.Data.Sanitization;

/// <summary>What a sanitization run changed.</summary>
public sealed record SanitizeSummary
{
    /// <summary>Rows in, out, removed by rule, set aside; also for each object.</summary>
    public required RowAccounting Rows { get; init; }

    /// <summary>Rows whose text changed.</summary>
    public required long ChangedRows { get; init; }

    /// <summary>Spans of personal data by class.</summary>
    public required IReadOnlyDictionary<string, long> PiiSpans { get; init; }

    /// <summary>What happened to the spans of each class.</summary>
    public IReadOnlyDictionary<string, PiiMode> PiiModes { get; init; } = new Dictionary<string, PiiMode>();

    /// <summary>Texts changed by each cleaner, by its id.</summary>
    public required IReadOnlyDictionary<string, long> CleanedTexts { get; init; }

    /// <summary>Versions of the rules: <c>clean</c> of all cleaners, <c>pii</c> of all classes.</summary>
    public IReadOnlyDictionary<string, int> Versions { get; init; } =
        new SortedDictionary<string, int>(StringComparer.Ordinal)
        {
            ["clean"] = TextCleaner.Version,
            ["pii"] = PiiScanner.Version,
        };

    /// <summary>Output files with digests.</summary>
    public required IReadOnlyList<StageFile> Files { get; init; }
}
