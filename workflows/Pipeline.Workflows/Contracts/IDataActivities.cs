using Pipeline.Workflows.Inputs;
using Temporalio.Activities;

namespace Pipeline.Workflows.Contracts;

/// <summary>Raw objects to clean rows. Each is a cache hit when the same work was finished before.</summary>
/// <remarks>
/// All fail with <see cref="ErrorTypes.BadData"/> (not retried) when rows are malformed beyond their budget or none is
/// left.
/// </remarks>
public interface IDataActivities
{
    /// <summary>Brings the source and commits it as raw rows.</summary>
    /// <remarks>
    /// Fails with <see cref="ErrorTypes.SourceMutated"/> (not retried) when an object changes while it is read.
    /// </remarks>
    /// <param name="input">Where from.</param>
    /// <returns>Raw rows; the source files as a second artefact.</returns>
    [Activity]
    Task<DataStageResult> IngestAsync(IngestInput input);

    /// <summary>Holds test rows out of the raw rows.</summary>
    /// <remarks>
    /// Fails with <see cref="ErrorTypes.SourceMutated"/> (not retried) when an object of the source has another version
    /// than the one that was taken in.
    /// </remarks>
    /// <param name="input">Raw rows.</param>
    /// <returns>Rows to go on with; held-out rows as a second artefact.</returns>
    [Activity]
    Task<DataStageResult> HoldOutAsync(DataStageInput input);

    /// <summary>
    /// Cleans texts and takes personal data out, also of the rows held out before; none of those is removed.
    /// </summary>
    /// <param name="input">Rows and held-out rows.</param>
    /// <returns>Clean rows; clean held-out rows as a second artefact.</returns>
    [Activity]
    Task<DataStageResult> SanitizeAsync(DataStageInput input);

    /// <summary>Removes exact and near-duplicates, also those of rows held out before.</summary>
    /// <param name="input">Rows and held-out rows.</param>
    /// <returns>Distinct rows.</returns>
    [Activity]
    Task<DataStageResult> DedupAsync(DataStageInput input);

    /// <summary>Removes rows that share word runs with evaluation items.</summary>
    /// <param name="input">Rows and benchmarks.</param>
    /// <returns>Rows that no benchmark knows.</returns>
    [Activity]
    Task<DataStageResult> DecontaminateAsync(DataStageInput input);
}

/// <summary>Where the raw data comes from.</summary>
/// <param name="Data">Options of the data stages.</param>
/// <param name="Task">Form of the rows, <see cref="DatasetOptions.Task"/>.</param>
public sealed record IngestInput(DataOptions Data, string Task = "auto");

/// <summary>Input of a data stage.</summary>
public sealed record DataStageInput
{
    /// <summary>Rows to work on.</summary>
    public required ArtifactRef Rows { get; init; }

    /// <summary>Rows that were held out, as they came; null where the stage has nothing to do with them.</summary>
    public ArtifactRef? HeldOut { get; init; }

    /// <summary>Options of the data stages.</summary>
    public required DataOptions Data { get; init; }

    /// <summary>Benchmarks to keep apart from.</summary>
    public IReadOnlyList<string> Benchmarks { get; init; } = [];
}

/// <summary>Result of a data stage.</summary>
public sealed record DataStageResult
{
    /// <summary>Rows to go on with.</summary>
    public required ArtifactRef Rows { get; init; }

    /// <summary>Second output of the stage: source files or held-out rows.</summary>
    public ArtifactRef? Second { get; init; }

    /// <summary>What the stage did.</summary>
    public required StageSummary Summary { get; init; }
}
