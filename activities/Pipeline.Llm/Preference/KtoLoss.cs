using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Preference;

/// <summary>KTO: single answers labelled good or bad, no pairs. Source: arXiv 2402.01306.</summary>
public static class KtoLoss
{
    /// <summary>The estimate of the divergence from the reference, without gradient.</summary>
    /// <param name="policy">[n] log-probabilities of mismatched answers under the policy.</param>
    /// <param name="reference">[n] the same under the reference.</param>
    /// <returns>max(0, mean difference).</returns>
    public static double Divergence(Tensor policy, Tensor reference)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return Math.Max(0, (policy - reference).to(float64).mean().ToDouble());
    }

    /// <summary>Loss of each answer.</summary>
    /// <param name="policy">[n] summed log-probabilities under the policy.</param>
    /// <param name="reference">[n] under the reference.</param>
    /// <param name="isDesirable">[n] booleans.</param>
    /// <param name="divergence">From <see cref="Divergence"/>.</param>
    /// <param name="beta">Strength of the pull towards the reference.</param>
    /// <param name="desirableWeight">Weight of good answers.</param>
    /// <param name="undesirableWeight">Weight of bad answers.</param>
    /// <returns>[n] losses.</returns>
    public static Tensor PerExample(
        Tensor policy, Tensor reference, Tensor isDesirable, double divergence, double beta,
        double desirableWeight = 1, double undesirableWeight = 1)
    {
        var advantage = (policy - reference - divergence) * beta;
        var good = (advantage.sigmoid() * -1 + 1) * desirableWeight;
        var bad = (advantage.neg().sigmoid() * -1 + 1) * undesirableWeight;
        return where(isDesirable, good, bad);
    }
}
