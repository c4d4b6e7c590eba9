namespace Pipeline.Data.Stages;

/// <summary>What a person said about a row.</summary>
/// <param name="RowId">Id of the row; must be in the sample that was offered.</param>
/// <param name="Label">The label.</param>
/// <param name="Annotator">Who gave it.</param>
/// <param name="At">When, UTC.</param>
public sealed record RowLabel(string RowId, string Label, string Annotator, DateTimeOffset At);

/// <summary>What labelling changed.</summary>
public sealed record LabelSummary
{
    /// <summary>Rows in and out; labelling removes none; also for each object.</summary>
    public required RowAccounting Rows { get; init; }

    /// <summary>Rows that got a label.</summary>
    public required long Labelled { get; init; }

    /// <summary>Rows of the sample without a label yet.</summary>
    public required IReadOnlyList<string> Open { get; init; }

    /// <summary>Output files with digests.</summary>
    public required IReadOnlyList<StageFile> Files { get; init; }
}
