namespace Pipeline.Llm.Training.Optimizers;

/// <summary>Divides the trainable tensors of a run into groups.</summary>
public static class ParameterGroups
{
    /// <summary>Rate of the embedding part of an adapter under LoRA+ when none is given.</summary>
    public const double EmbeddingRate = 1e-6;

    /// <summary>One group for everything, or two when norms and biases are left out of weight decay.</summary>
    /// <param name="parameters">All trainable tensors.</param>
    /// <param name="weightDecay">Weight decay of the tensors that have any.</param>
    /// <param name="decayVectors">Whether tensors of one dimension (norms, biases) decay too.</param>
    /// <returns>Groups without empty ones.</returns>
    public static IReadOnlyList<ParameterGroup> Uniform(
        IReadOnlyList<NamedParameter> parameters, double weightDecay, bool decayVectors = true) =>
        NonEmpty(
            new(parameters.Where(p => Decays(p, decayVectors)).ToList(), 1, weightDecay),
            new(parameters.Where(p => !Decays(p, decayVectors)).ToList(), 1, 0));

    /// <summary>LoRA+: the second factor learns faster than the first.</summary>
    /// <param name="parameters">All trainable tensors of an adapter, with their names on disk.</param>
    /// <param name="ratio">Rate of B divided by the rate of A; 16 is usual.</param>
    /// <param name="learningRate">The run's base rate, which the fixed embedding rate is related to.</param>
    /// <param name="weightDecay">Weight decay.</param>
    /// <returns>A, embedding part, B, and vectors without decay, as far as there are any.</returns>
    /// <remarks>Source: LoRA+ (arXiv 2402.12354); the grouping is that of PEFT's
    /// <c>create_loraplus_optimizer</c>.</remarks>
    public static IReadOnlyList<ParameterGroup> LoraPlus(
        IReadOnlyList<NamedParameter> parameters, double ratio, double learningRate, double weightDecay)
    {
        var kinds = parameters.ToLookup(KindOf);
        return NonEmpty(
            new([.. kinds["A"]], 1, weightDecay),
            new([.. kinds["embedding"]], EmbeddingRate / learningRate, weightDecay),
            new([.. kinds["B"]], ratio, weightDecay),
            new([.. kinds["vector"]], ratio, 0));
    }

    private static string KindOf(NamedParameter parameter) => parameter switch
    {
        _ when parameter.Name.Contains("lora_embedding", StringComparison.Ordinal) => "embedding",
        _ when parameter.Name.Contains("lora_B", StringComparison.Ordinal) => "B",
        { Value.ndim: 1 } => "vector",
        _ => "A",
    };

    private static bool Decays(NamedParameter parameter, bool decayVectors) => decayVectors || parameter.Value.ndim > 1;

    private static IReadOnlyList<ParameterGroup> NonEmpty(params ParameterGroup[] groups) =>
        [.. groups.Where(group => group.Parameters.Count > 0)];
}
