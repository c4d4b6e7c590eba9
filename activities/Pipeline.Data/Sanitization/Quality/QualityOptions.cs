using Pipeline.Data.Stages;

namespace Pipeline.Data.Sanitization.Quality;

/// <summary>How rows are judged.</summary>
public sealed record QualityOptions
{
    /// <summary>Fields whose joined text is judged by <see cref="Limits"/>.</summary>
    public TextFields Fields { get; init; } = TextFields.Default;

    /// <summary>Limits of the joined text.</summary>
    /// <value>Those for instruction data.</value>
    public QualityLimits Limits { get; init; } = QualityLimits.Instruction;

    /// <summary>Limits of single fields, by their name; judged in addition.</summary>
    public IReadOnlyDictionary<string, QualityLimits> FieldLimits { get; init; } =
        new Dictionary<string, QualityLimits>(StringComparer.Ordinal);

    /// <summary>Whether rows only get scores and none is removed, to find limits that fit the data.</summary>
    public bool ScoreOnly { get; init; }

    /// <summary>
    /// Most rows of one source; 0 for no cap. Which rows stay is drawn by <see cref="Seed"/>, not by their order.
    /// </summary>
    public int RowsPerSource { get; init; }

    /// <summary>
    /// Field of the row that names its source; null takes what stands before the last colon of the id.
    /// </summary>
    public string? SourceField { get; init; }

    /// <summary>Seed of the draw under the cap.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>
    /// Rows of one source that share a run of three words, before the run is reported as a possible trigger; 0 does not
    /// look.
    /// </summary>
    /// <value>100</value>
    public int SpikeRows { get; init; } = 100;

    /// <summary>Removed texts kept for each rule in <c>trace.jsonl</c>.</summary>
    /// <value>10</value>
    public int TraceRows { get; init; } = 10;

    /// <summary>Most rows that may be set aside before the stage stops.</summary>
    /// <value>1,000</value>
    public long QuarantineBudget { get; init; } = 1000;
}
