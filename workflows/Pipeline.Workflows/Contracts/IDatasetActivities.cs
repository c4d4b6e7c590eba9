using Pipeline.Workflows.Inputs;
using Temporalio.Activities;

namespace Pipeline.Workflows.Contracts;

/// <summary>Clean rows to token ids with proven labels, and the rows that people read.</summary>
public interface IDatasetActivities
{
    /// <summary>Builds the training set, the validation rows and the test rows.</summary>
    /// <remarks>
    /// Fails with <see cref="ErrorTypes.BadData"/> (not retried) when a row's labels cannot be proven.
    /// </remarks>
    /// <param name="input">Rows, model and form.</param>
    /// <returns>The data set.</returns>
    [Activity]
    Task<DatasetResult> BuildDatasetAsync(BuildDatasetInput input);

    /// <summary>Draws rows for people to read.</summary>
    /// <param name="input">Data set and number.</param>
    /// <returns>The sample.</returns>
    [Activity]
    Task<ReviewSample> DrawReviewSampleAsync(DrawReviewInput input);
}

/// <summary>Input of the data set build.</summary>
public sealed record BuildDatasetInput
{
    /// <summary>Clean rows.</summary>
    public required ArtifactRef Rows { get; init; }

    /// <summary>Rows held out before any cleaning.</summary>
    public required ArtifactRef HeldOut { get; init; }

    /// <summary>The base model: tokenizer and template.</summary>
    public required ArtifactRef BaseModel { get; init; }

    /// <summary>Form and sizes.</summary>
    public required DatasetOptions Dataset { get; init; }

    /// <summary>Seed of every draw.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Rows drawn for people to read.</summary>
    /// <value>The default is 100.</value>
    public int ReviewRows { get; init; } = 100;

    /// <summary>Answers that people gave to rows of earlier samples, in the order in which they came.</summary>
    public IReadOnlyList<RowCorrection> Corrections { get; init; } = [];
}

/// <summary>A built data set.</summary>
public sealed record DatasetResult
{
    /// <summary>Token shards, test rows and card.</summary>
    public required ArtifactRef Dataset { get; init; }

    /// <summary>Training rows.</summary>
    public long TrainRows { get; init; }

    /// <summary>Tokens of the training rows.</summary>
    public long TrainTokens { get; init; }

    /// <summary>Held-out rows of the task metric.</summary>
    public long TestRows { get; init; }

    /// <summary>What the stage did.</summary>
    public required StageSummary Summary { get; init; }
}

/// <summary>Which rows to draw.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Seed">Seed of the draw.</param>
public sealed record DrawReviewInput(ArtifactRef Dataset, int Rows, long Seed);

/// <summary>Rows for people to read.</summary>
/// <param name="Sample">The rows as an artefact; its digest is what a decision names.</param>
/// <param name="Rows">Number of rows.</param>
public sealed record ReviewSample(ArtifactRef Sample, int Rows);
