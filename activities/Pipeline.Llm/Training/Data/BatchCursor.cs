namespace Pipeline.Llm.Training.Data;

/// <summary>Place in the data: the next step to run.</summary>
/// <param name="Epoch">Zero-based.</param>
/// <param name="StepInEpoch">Zero-based.</param>
public sealed record BatchCursor(int Epoch, int StepInEpoch);
