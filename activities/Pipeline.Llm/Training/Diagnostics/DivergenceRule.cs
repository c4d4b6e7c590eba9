namespace Pipeline.Llm.Training.Diagnostics;

/// <summary>Tells an exploding loss from a noisy one.</summary>
/// <remarks>
/// A step is bad when its loss exceeds both <see cref="Factor"/> times the lowest smoothed loss and that loss plus
/// <see cref="Margin"/> nats.
/// One step at <see cref="Certain"/> times the smoothed loss, or <see cref="Patience"/> bad steps in a row, are a
/// divergence.
/// In the first steps, where there is little to compare with, a loss above the first one is compared with the loss of
/// the untrained weights
/// on the same rows: a hard batch is hard for both, a diverged run is <see cref="Worse"/> times worse.
/// </remarks>
public static class DivergenceRule
{
    /// <summary>Last step at which a divergence stops the run; later ones go back to a good checkpoint.</summary>
    public const int EarlySteps = 50;

    /// <summary>Weight of the past in the smoothed loss.</summary>
    public const double Decay = 0.9;

    /// <summary>How far above the lowest smoothed loss a step is bad.</summary>
    public const double Factor = 2;

    /// <summary>Nats that a bad step is above it at least; small losses jump by large factors.</summary>
    public const double Margin = 1;

    /// <summary>How far above the smoothed loss a single step is enough.</summary>
    public const double Certain = 8;

    /// <summary>Bad steps in a row.</summary>
    public const int Patience = 3;

    /// <summary>How much worse than the untrained weights on the same rows is a divergence, with <see cref="Margin"/>
    /// nats at least.</summary>
    public const double Worse = 1.25;

    /// <summary>Whether the untrained weights should be asked about the rows of a step.</summary>
    /// <param name="state">Before the step.</param>
    /// <param name="step">Number of the step, from 1.</param>
    /// <param name="loss">Its loss.</param>
    /// <returns>True in the first steps for a loss above the first one.</returns>
    public static bool IsSuspicious(DivergenceState state, int step, double loss) =>
        step <= EarlySteps && state.Average is not null && loss > Worse * state.Start;

    /// <summary>Compares with the untrained weights.</summary>
    /// <param name="loss">Loss of a step.</param>
    /// <param name="untrained">Loss of the untrained weights on the same rows.</param>
    /// <returns>What was found when the run has diverged.</returns>
    public static string? Compare(double loss, double untrained) =>
        loss > Worse * untrained && loss > untrained + Margin
        ? $"a loss of {loss:G4} on rows where the untrained weights have {untrained:G4}"
        : null;

    /// <summary>Takes a finite loss into account.</summary>
    /// <param name="state">Before the step.</param>
    /// <param name="loss">Loss of the step, in nats a token.</param>
    /// <returns>The state after it, and what was found when the loss has diverged.</returns>
    public static (DivergenceState State, string? Finding) Add(DivergenceState state, double loss)
    {
        if (state.Average is not { } average)
        {
            return (new() { Average = loss, Lowest = loss, Start = loss }, null);
        }

        if (loss > Certain * average && loss > average + Margin)
        {
            return (state, $"a loss of {loss:G4} after a mean of {average:G4}");
        }

        var isBad = loss > Factor * state.Lowest && loss > state.Lowest + Margin;
        var above = isBad ? state.Above + 1 : 0;
        var next = Decay * average + (1 - Decay) * loss;
        var after = state with { Average = next, Lowest = Math.Min(state.Lowest, next), Above = above };
        return (after, above >= Patience
            ? $"{above} steps in a row above {Factor} times the lowest mean of {state.Lowest:G4}, the last at {loss:G4}"
            : null);
    }
}
