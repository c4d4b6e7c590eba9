namespace Pipeline.Llm.Training.Data;

/// <summary>Token ids and how much each of them counts as a target.</summary>
/// <param name="Ids">[s] token ids.</param>
/// <param name="Weights">[s] weight of the loss that predicting each token gives; 0 for context. The first token is
/// never predicted.</param>
public sealed record TrainingSequence(int[] Ids, float[] Weights)
{
    /// <summary>Sum of the weights of the tokens that are predicted.</summary>
    public double Supervision => Weights.Skip(1).Sum(static weight => (double)weight);
}
