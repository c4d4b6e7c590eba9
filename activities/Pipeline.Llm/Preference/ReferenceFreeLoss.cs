using static TorchSharp.torch;

namespace Pipeline.Llm.Preference;

/// <summary>Losses on pairs that need no reference model; their inputs are mean log-probabilities per token.</summary>
public static class ReferenceFreeLoss
{
    private const double LogHalf = -0.6931471805599453;

    /// <summary>ORPO's odds-ratio term; add the chosen answers' nll to it. Source: arXiv 2403.07691.</summary>
    /// <param name="chosen">[n] mean log-probability of the chosen answers, below 0.</param>
    /// <param name="rejected">[n] mean log-probability of the rejected answers, below 0.</param>
    /// <param name="weight">λ of the paper.</param>
    /// <returns>[n] losses.</returns>
    public static Tensor OddsRatio(Tensor chosen, Tensor rejected, double weight)
    {
        var logOdds = chosen - rejected - (LogOneMinusExp(chosen) - LogOneMinusExp(rejected));
        return logOdds.log_sigmoid() * -weight;
    }

    /// <summary>SimPO: a margin between mean log-probabilities. Source: arXiv 2405.14734.</summary>
    /// <param name="chosen">[n] mean log-probability of the chosen answers.</param>
    /// <param name="rejected">[n] mean log-probability of the rejected answers.</param>
    /// <param name="beta">Scale.</param>
    /// <param name="margin">Target margin γ; 0 gives the sigmoid form of CPO.</param>
    /// <param name="labelSmoothing">Share of labels taken to be flipped.</param>
    /// <returns>[n] losses.</returns>
    public static Tensor Margin(Tensor chosen, Tensor rejected, double beta, double margin, double labelSmoothing = 0)
    {
        var x = (chosen - rejected) * beta - margin;
        var loss = x.log_sigmoid() * -(1 - labelSmoothing);
        return labelSmoothing == 0 ? loss : loss - x.neg().log_sigmoid() * labelSmoothing;
    }

    /// <summary>Pairwise loss of a reward model. Source: arXiv 1909.08593; centring term arXiv 2312.09244.</summary>
    /// <param name="chosen">[n] rewards of the chosen answers.</param>
    /// <param name="rejected">[n] rewards of the rejected answers.</param>
    /// <param name="margin">[n] wanted differences, or null.</param>
    /// <param name="centring">Coefficient of (chosen + rejected)².</param>
    /// <returns>[n] losses.</returns>
    public static Tensor Reward(Tensor chosen, Tensor rejected, Tensor? margin = null, double centring = 0)
    {
        var difference = chosen - rejected;
        var loss = (margin is null ? difference : difference - margin).log_sigmoid().neg();
        return centring == 0 ? loss : loss + (chosen + rejected).square() * centring;
    }

    // Two forms, each exact on its side of log 1/2; the clamps keep the unused side's gradient finite.
    private static Tensor LogOneMinusExp(Tensor x) => where(
        x.lt(LogHalf),
        x.clamp(max: LogHalf).exp().neg().log1p(),
        x.clamp(min: LogHalf).expm1().neg().log());
}
