using Pipeline.Workflows.Inputs;
using Temporalio.Activities;

namespace Pipeline.Workflows.Contracts;

/// <summary>Looks after what serves.</summary>
public interface IMonitoringActivities
{
    /// <summary>Finds what an alias serves and what it was promoted on.</summary>
    /// <remarks>Fails with <see cref="ErrorTypes.NotFound"/> (not retried) when the alias names no version.</remarks>
    /// <param name="alias">The alias.</param>
    /// <returns>Artefacts and original evidence.</returns>
    [Activity]
    Task<ServingRecord> FindServingAsync(AliasName alias);

    /// <summary>Compares a new evaluation with the original one and stores the result next to it.</summary>
    /// <param name="input">Both evaluations.</param>
    /// <returns>Whether the model drifted.</returns>
    [Activity]
    Task<DriftResult> RecordDriftAsync(DriftInput input);

    /// <summary>Lets a stronger model judge answers of the served one, and stores marks and questions.</summary>
    /// <remarks>
    /// Fails with <see cref="ErrorTypes.InvalidRecipe"/> (not retried) when no judge is configured, or when it is the
    /// judged model.
    /// </remarks>
    /// <param name="input">Route and number of answers.</param>
    /// <returns>The marks.</returns>
    [Activity]
    Task<JudgeResult> JudgeAnswersAsync(JudgeAnswersInput input);
}

/// <summary>What a registered version was made of and promoted on.</summary>
public sealed record ServingRecord
{
    /// <summary>The version.</summary>
    public required RegisteredVersion Version { get; init; }

    /// <summary>Its adapter.</summary>
    public required ArtifactRef Adapter { get; init; }

    /// <summary>Its base model.</summary>
    public required ArtifactRef BaseModel { get; init; }

    /// <summary>Its training set, with the frozen test rows.</summary>
    public required ArtifactRef Dataset { get; init; }

    /// <summary>The evaluation that it was promoted on.</summary>
    public required ArtifactRef Evaluation { get; init; }

    /// <summary>How it was evaluated.</summary>
    public required EvaluateOptions Evaluate { get; init; }
}

/// <summary>Two evaluations of the same version.</summary>
/// <param name="Serving">The version and its original evaluation.</param>
/// <param name="Now">The new evaluation.</param>
/// <param name="MaxDropPoints">Drop of a benchmark or the task that counts as drift, in points.</param>
/// <param name="At">When it was made.</param>
public sealed record DriftInput(ServingRecord Serving, EvaluationResult Now, double MaxDropPoints, DateTime At);

/// <summary>Whether a served version still answers as it did.</summary>
/// <param name="Drifted">Whether any metric dropped too far.</param>
/// <param name="Text">Every metric then and now.</param>
/// <param name="Key">Where the result is stored.</param>
public sealed record DriftResult(bool Drifted, string Text, string Key);

/// <summary>What is judged.</summary>
/// <param name="Serving">What serves, with prompts in its training set.</param>
/// <param name="Answers">Answers to judge.</param>
/// <param name="Seed">Seed of the draw of prompts.</param>
/// <param name="At">When it was asked for.</param>
public sealed record JudgeAnswersInput(ServingRecord Serving, int Answers, long Seed, DateTime At);

/// <summary>Marks of a judge.</summary>
/// <param name="Judge">Id of the judge.</param>
/// <param name="Mean">Mean mark, 1 to 10.</param>
/// <param name="Answers">Answers with a mark.</param>
/// <param name="Unreadable">Answers for which the judge gave no readable mark.</param>
/// <param name="Agreement">Share of answers on which the judge and the known right answer agree: a right one gets more
/// than 5, a wrong one does not.</param>
/// <param name="Key">Where questions, answers and marks are stored.</param>
public sealed record JudgeResult(string Judge, double Mean, int Answers, int Unreadable, double Agreement, string Key);
