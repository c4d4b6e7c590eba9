namespace Pipeline.Evaluation.Harness;

/// <summary>What a task asks of a model.</summary>
public enum OutputType
{
    /// <summary>Likelihood of the target after the context.</summary>
    LogLikelihood,

    /// <summary>Likelihood of a whole text, in windows.</summary>
    LogLikelihoodRolling,

    /// <summary>Likelihood of each choice; the most likely one is the answer.</summary>
    MultipleChoice,

    /// <summary>Text generated until a stop string.</summary>
    GenerateUntil,
}
