namespace Pipeline.Llm.Training.Data;

/// <summary>One example.</summary>
/// <param name="Id">Where it comes from; named when it makes a step fail.</param>
/// <param name="Sequence">The text to learn; the chosen answer of a pair.</param>
public sealed record TrainingRow(string Id, TrainingSequence Sequence)
{
    /// <summary>The rejected answer of a pair, after the same prompt.</summary>
    public TrainingSequence? Rejected { get; init; }

    /// <summary>Whether an unpaired answer is a good one (KTO).</summary>
    public bool IsDesirable { get; init; } = true;

    /// <summary>Tokens of all sequences of the row.</summary>
    public int Tokens => Sequence.Ids.Length + (Rejected?.Ids.Length ?? 0);
}
