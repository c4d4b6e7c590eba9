using Pipeline.Llm.Training.Objectives;
using Pipeline.Llm.Training.Optimizers;

namespace Pipeline.Llm.Training;

/// <summary>What one optimizer step measured.</summary>
/// <param name="Sums">Loss and counts of all micro-batches.</param>
/// <param name="Norms">Gradient norms before clipping.</param>
/// <param name="Tokens">Tokens without padding.</param>
/// <param name="MicroBatches">Row indexes of the step.</param>
/// <param name="RowIds">Rows of the step.</param>
internal sealed record StepOutcome(
    ObjectiveSums Sums, GradientNorms Norms, int Tokens, IReadOnlyList<int[]> MicroBatches,
    IReadOnlyList<string> RowIds)
{
    public bool IsFinite => double.IsFinite(Sums.Loss) && double.IsFinite(Norms.Total);
}
