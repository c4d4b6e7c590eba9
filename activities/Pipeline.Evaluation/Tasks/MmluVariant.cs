namespace Pipeline.Evaluation.Tasks;

/// <summary>How an MMLU question is asked; results of different variants are never compared.</summary>
public enum MmluVariant
{
    /// <summary>Choices are lettered and the letters are scored: the usual one.</summary>
    Letters,

    /// <summary>Only the question is shown and the texts of the choices are scored.</summary>
    Continuation,

    /// <summary>Choices are lettered and the letter is generated.</summary>
    Generative,
}
