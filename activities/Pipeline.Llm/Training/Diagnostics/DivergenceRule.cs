namespace Pipeline.Llm.Training.Diagnostics;

/// <summary>Tells an exploding loss from a noisy one.</summary>
/// <remarks>
/// A step is bad when its loss exceeds both <see cref="Factor"/> times the lowest smoothed loss and that loss plus <see cref="Margin"/> nats.
/// One step at <see cref="Certain"/> times the smoothed loss, or <see cref="Patience"/> bad steps in a row, are a divergence.
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
        return (after, above >= Patience ? $"{above} steps in a row above {Factor} times the lowest mean of {state.Lowest:G4}, the last at {loss:G4}" : null);
    }
}
