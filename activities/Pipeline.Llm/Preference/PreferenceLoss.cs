using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Preference;

/// <summary>Losses of pairs against a frozen reference (DPO and its relatives).</summary>
public static class PreferenceLoss
{
    /// <summary>Loss of each pair.</summary>
    /// <param name="kind">The formula.</param>
    /// <param name="logs">Log-probabilities.</param>
    /// <param name="beta">Strength of the pull towards the reference; larger stays closer.</param>
    /// <param name="labelSmoothing">Share of labels taken to be flipped (sigmoid and robust).</param>
    /// <returns>[n] losses.</returns>
    public static Tensor PerPair(
        PreferenceLossKind kind, PreferenceLogProbs logs, double beta, double labelSmoothing = 0)
    {
        var c = logs.PolicyChosen - logs.ReferenceChosen;
        var r = logs.PolicyRejected - logs.ReferenceRejected;
        return kind switch
        {
            PreferenceLossKind.Sigmoid => Sigmoid((c - r) * beta, labelSmoothing),
            PreferenceLossKind.Robust => Robust((c - r) * beta, labelSmoothing),
            PreferenceLossKind.Hinge => ((c - r) * -beta + 1).relu(),
            PreferenceLossKind.Ipo => (c / logs.ChosenTokens - r / logs.RejectedTokens - 1 / (2 * beta)).square(),
            PreferenceLossKind.IpoUnnormalised => (c - r - 1 / (2 * beta)).square(),
            PreferenceLossKind.SigmoidNorm =>
                Sigmoid((c / logs.ChosenTokens - r / logs.RejectedTokens) * beta, labelSmoothing),
            PreferenceLossKind.ApoZero => (r * beta).sigmoid() - (c * beta).sigmoid() + 1,
            PreferenceLossKind.NcaPair =>
                (c * beta).log_sigmoid().neg() - (c * -beta).log_sigmoid() * 0.5 - (r * -beta).log_sigmoid() * 0.5,
            PreferenceLossKind.SppoHard => (c - 0.5 / beta).square() + (r + 0.5 / beta).square(),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a preference loss"),
        };
    }

    /// <summary>What people watch: implicit rewards, how often the chosen one is larger, and by how much.</summary>
    /// <param name="logs">Log-probabilities.</param>
    /// <param name="beta">As in the loss.</param>
    /// <returns>Share of pairs whose chosen reward is strictly larger, and the mean margin.</returns>
    public static (double Accuracy, double Margin) Rewards(PreferenceLogProbs logs, double beta)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var margins = (logs.PolicyChosen - logs.ReferenceChosen - logs.PolicyRejected + logs.ReferenceRejected) * beta;
        return (margins.gt(0).to(float64).mean().ToDouble(), margins.mean().ToDouble());
    }

    private static Tensor Sigmoid(Tensor margin, double smoothing)
    {
        var loss = margin.log_sigmoid() * -(1 - smoothing);
        return smoothing == 0 ? loss : loss - margin.neg().log_sigmoid() * smoothing;
    }

    private static Tensor Robust(Tensor margin, double smoothing) =>
        (margin.log_sigmoid() * -(1 - smoothing) + margin.neg().log_sigmoid() * smoothing) / (1 - 2 * smoothing);
}
