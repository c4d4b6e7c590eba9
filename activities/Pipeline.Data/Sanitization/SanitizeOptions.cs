using Pipeline.Data.Sanitization.Quality;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Sanitization;

/// <summary>How rows are cleaned and what happens to personal data.</summary>
public sealed record SanitizeOptions
{
    /// <summary>What the scanner looks for.</summary>
    public PiiOptions Pii { get; init; } = new();

    /// <summary>What happens to classes without an own entry in <see cref="Modes"/>.</summary>
    /// <value>Replace</value>
    public PiiMode Mode { get; init; } = PiiMode.Replace;

    /// <summary>What happens to single classes.</summary>
    public IReadOnlyDictionary<PiiType, PiiMode> Modes { get; init; } = new Dictionary<PiiType, PiiMode>();

    /// <summary>
    /// Key of hashes and pseudonyms; secret, and never written. Needed by those modes; without it the audit carries no
    /// hashes.
    /// </summary>
    public ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>
    /// Whether texts are cleaned: mojibake, line ends, control and zero-width characters, runs of empty lines, trailing
    /// spaces.
    /// </summary>
    /// <value>true</value>
    public bool Clean { get; init; } = true;

    /// <summary>
    /// Limits that the cleaned text of a row must hold to, judged in the same pass; null judges nothing.
    /// </summary>
    public QualityLimits? Quality { get; init; }

    /// <summary>Fields whose joined text is judged by <see cref="Quality"/>.</summary>
    public TextFields QualityFields { get; init; } = TextFields.Default;

    /// <summary>
    /// Whether every row stays, for rows that were drawn as test rows before: what would remove a row is replaced
    /// instead, also in names of fields.
    /// </summary>
    /// <value>false</value>
    public bool KeepRows { get; init; }

    /// <summary>Most rows that may be set aside before the stage stops.</summary>
    /// <value>1,000</value>
    public long QuarantineBudget { get; init; } = 1000;

    /// <summary>Texts kept for each rule, before and after, in <c>trace.jsonl</c>.</summary>
    /// <value>10</value>
    public int TraceRows { get; init; } = 10;
}
