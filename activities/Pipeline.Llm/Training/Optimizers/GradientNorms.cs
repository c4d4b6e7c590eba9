namespace Pipeline.Llm.Training.Optimizers;

/// <summary>Norms of the gradients of one step.</summary>
/// <param name="Total">L2 norm of all gradients together, before clipping; not finite when a gradient is not.</param>
/// <param name="ByParameter">L2 norm of each parameter's gradient; 0 for a parameter without one.</param>
public sealed record GradientNorms(double Total, IReadOnlyList<(string Name, double Norm)> ByParameter);
