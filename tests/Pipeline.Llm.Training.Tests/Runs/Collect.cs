namespace Pipeline.Llm.Training.Tests.Runs;

/// <summary>Progress on the calling thread.</summary>
internal sealed class Collect(Action<TrainingStep> action) : IProgress<TrainingStep>
{
    public void Report(TrainingStep value) => action(value);
}
