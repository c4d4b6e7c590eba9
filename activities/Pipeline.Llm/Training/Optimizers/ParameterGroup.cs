namespace Pipeline.Llm.Training.Optimizers;

/// <summary>Parameters that share a rate and a weight decay.</summary>
/// <param name="Parameters">The members, in a fixed order.</param>
/// <param name="RateFactor">Factor on the scheduled learning rate.</param>
/// <param name="WeightDecay">Weight decay of the group.</param>
public sealed record ParameterGroup(IReadOnlyList<NamedParameter> Parameters, double RateFactor, double WeightDecay);
