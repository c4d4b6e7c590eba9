using System.Text.Json;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Decontamination;

/// <summary>What a decontamination run found; <see cref="Digest"/> is what training demands.</summary>
public sealed record DecontaminationSummary
{
    /// <summary>
    /// Digest over output rows, rules and every evaluation item: another gate set or another rule gives another digest.
    /// </summary>
    public required string Digest { get; init; }

    /// <summary>Digest of the items of each evaluation set, by name.</summary>
    public required IReadOnlyDictionary<string, string> GateSets { get; init; }

    /// <summary>
    /// Rows in, out, removed by <c>RULE:TASK</c> with the rules <c>exact</c>, <c>normalised</c> and <c>ngram-N</c>, set
    /// aside; also for each object.
    /// </summary>
    public required RowAccounting Rows { get; init; }

    /// <summary>Items too short to be looked for.</summary>
    public required int SkippedItems { get; init; }

    /// <summary>Output files with digests.</summary>
    public required IReadOnlyList<StageFile> Files { get; init; }

    /// <summary>Reads what a run left in its folder.</summary>
    /// <param name="path">Its summary.</param>
    /// <returns>The summary; null when there is none, or it is that of another stage.</returns>
    public static DecontaminationSummary? Find(string path)
    {
        try
        {
            return File.Exists(path)
                ? JsonSerializer.Deserialize<DecontaminationSummary>(File.ReadAllBytes(path), StageFolder.Json) : null;
        }
        catch (JsonException)
        {
            return null; // other stages have other members
        }
    }

    /// <summary>Checks that every configured evaluation set was part of the run, with the same items.</summary>
    /// <param name="configured">Digest of each set that gates the run, by name; see
    /// <see cref="DecontaminationStage.DigestOf"/>.</param>
    /// <exception cref="InvalidDataException">A set is missing or has changed.</exception>
    public void Require(IReadOnlyDictionary<string, string> configured)
    {
        ArgumentNullException.ThrowIfNull(configured);
        var missing = configured.Where(set => GateSets.GetValueOrDefault(set.Key) != set.Value).Select(set => set.Key)
            .Order(StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
        {
            throw new InvalidDataException(
                $"the dataset is not decontaminated against {string.Join(", ", missing)} as configured now; run "
                    + $"decontamination again before training");
        }
    }
}
