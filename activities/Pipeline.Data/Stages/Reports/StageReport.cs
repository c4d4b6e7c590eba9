using System.Text.Json;
using Pipeline.Data.Ingest;

namespace Pipeline.Data.Stages.Reports;

/// <summary>What a finished stage left in its folder, as far as a report shows it.</summary>
public sealed record StageReport
{
    /// <summary>Name of the stage: the folder's name.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Rows in, out, removed by rule and set aside, also for each object; null where the summary has none.
    /// </summary>
    public RowAccounting? Rows { get; init; }

    /// <summary>Spans of personal data by class and what happened to them, such as <c>EMAIL: replace</c>.</summary>
    public IReadOnlyDictionary<string, long> PiiSpans { get; init; } =
        new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Texts changed by each cleaner.</summary>
    public IReadOnlyDictionary<string, long> CleanedTexts { get; init; } =
        new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Number of duplicate clusters by their size.</summary>
    public IReadOnlyDictionary<string, long> ClusterSizes { get; init; } =
        new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Rows with advisory findings, by detector.</summary>
    public IReadOnlyDictionary<string, long> Advisories { get; init; } =
        new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Rows of each part of a split.</summary>
    public IReadOnlyDictionary<string, long> Parts { get; init; } =
        new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Reads the summary in a stage's folder.</summary>
    /// <param name="folder">Output folder of a stage.</param>
    /// <returns>The report.</returns>
    /// <exception cref="FileNotFoundException">The stage has not finished there.</exception>
    /// <exception cref="InvalidDataException">The summary cannot be read.</exception>
    public static StageReport Read(string folder)
    {
        var path = Path.Combine(folder, StageFolder.Summary);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                $"{folder} has no {StageFolder.Summary}; the stage did not finish there", path);
        }

        try
        {
            using var summary = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = summary.RootElement;
            return new StageReport
            {
                Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
                Rows = RowsOf(root),
                PiiSpans = Counts(root, "piiSpans").ToDictionary(
                    pair => Action(root, pair.Key), pair => pair.Value, StringComparer.Ordinal),
                CleanedTexts = Counts(root, "cleanedTexts"),
                ClusterSizes = Counts(root, "clusterSizes"),
                Advisories = Counts(root, "advisories"),
                Parts = Counts(root, "parts"),
            };
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} is damaged: {exception.Message}; run the stage again", exception);
        }
    }

    private static string Action(JsonElement summary, string type) =>
        summary.TryGetProperty("piiModes", out var modes) && modes.TryGetProperty(type, out var mode)
            ? $"{type}: {mode}" : type;

    private static RowAccounting? RowsOf(JsonElement summary)
    {
        if (!summary.TryGetProperty("rows", out var counts) || counts.ValueKind != JsonValueKind.Object
            || counts.Deserialize<RowAccounting>(StageFolder.Json) is not { } rows)
        {
            return null;
        }

        // A manifest lists its objects with more than their rows.
        if (summary.TryGetProperty("objects", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            rows.Objects = new SortedDictionary<string, RowAccounting>(
                (list.Deserialize<List<IngestedObject>>(StageFolder.Json) ?? []).ToDictionary(item => item.Key,
                    item => new RowAccounting
                    {
                        In = item.Rows + item.Quarantined,
                        Out = item.Rows,
                        Quarantined = item.Quarantined,
                    }), StringComparer.Ordinal);
        }

        return rows;
    }

    private static Dictionary<string, long> Counts(JsonElement root, string name) =>
        root.TryGetProperty(name, out var counts) && counts.ValueKind == JsonValueKind.Object
            ? counts.EnumerateObject().Where(pair => pair.Value.ValueKind == JsonValueKind.Number)
                .ToDictionary(pair => pair.Name, pair => pair.Value.GetInt64())
            : [];
}
