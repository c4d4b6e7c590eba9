namespace Pipeline.Llm.Training;

/// <summary>Progress after one optimizer step.</summary>
/// <param name="Step">Finished steps.</param>
/// <param name="TotalSteps">Steps of the run.</param>
/// <param name="Loss">Loss of the step, in nats a supervised token.</param>
/// <param name="GradientNorm">Norm before clipping.</param>
/// <param name="LearningRate">Rate of the step.</param>
/// <param name="TokensPerSecond">Tokens a second in this attempt.</param>
/// <param name="Remaining">Estimated time to the end.</param>
public sealed record TrainingStep(
    int Step, int TotalSteps, double Loss, double GradientNorm, double LearningRate, double TokensPerSecond,
    TimeSpan Remaining)
{
    /// <summary>The log line of the step, when it has one.</summary>
    public TrainingLog? Log { get; init; }

    /// <summary>The evaluation after the step, when there was one.</summary>
    public EvaluationPoint? Evaluation { get; init; }

    /// <summary>Step of the checkpoint written after this step, when one was.</summary>
    public int? Checkpoint { get; init; }

    /// <summary>Things that a person should look at.</summary>
    public IReadOnlyList<string> Alerts { get; init; } = [];
}
