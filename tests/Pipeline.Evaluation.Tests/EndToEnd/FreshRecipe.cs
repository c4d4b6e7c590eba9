namespace Pipeline.Evaluation.Tests.EndToEnd;

/// <summary>
/// A short fine-tune in the manner of the fixture <c>reference-finetune</c>: the same task, rehearsal and rates, fewer
/// rows.
/// </summary>
/// <param name="LearningRate">Largest learning rate.</param>
/// <param name="Rows">Rows of the task.</param>
/// <param name="Replay">Rows of rehearsal.</param>
/// <param name="Epochs">Passes over the rows.</param>
/// <param name="Warmup">Share of the steps with a rising rate.</param>
internal sealed record FreshRecipe(double LearningRate, int Rows, int Replay, double Epochs, double Warmup)
{
    /// <summary>Learns the task and keeps the benchmark.</summary>
    public static FreshRecipe Good { get; } = new(5e-4, 1200, 180, 1, 0.05);

    /// <summary>Learns the task and forgets the benchmark: six times the rate, no rehearsal.</summary>
    public static FreshRecipe Harmful { get; } = new(3e-3, 600, 0, 2, 0);
}
