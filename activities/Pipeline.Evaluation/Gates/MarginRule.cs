using Pipeline.Statistics;

namespace Pipeline.Evaluation.Gates;

/// <summary>The three verdicts of a paired comparison.</summary>
/// <remarks>
/// Fail: the measured harm is beyond the fail margin. Pass: it is within the warn margin and its one-sided upper bound
/// is within the fail margin. Else inconclusive. For a gain the harm is the negated gain, so that a candidate without a
/// measured gain fails.
/// </remarks>
internal static class MarginRule
{
    // Shares times 100 carry rounding in the last digits; a drop of 2 points must not become 2.0000000000000004.
    private const int Digits = 9;

    public static GateOutcome Decide(GateRule rule, PairedScores scores)
    {
        var delta = Round(scores.Delta * rule.Scale);
        var bounds = scores.Bounds(rule.Test, rule.Confidence);
        var (lower, upper) = (Round(bounds.Lower * rule.Scale), Round(bounds.Upper * rule.Scale));
        var (harm, bound) = rule.Kind == GateKind.Change
            ? (Math.Abs(delta), Math.Max(Math.Abs(lower), Math.Abs(upper)))
            : (0 - delta, 0 - lower);
        var (warn, fail) = rule.Kind == GateKind.Gain ? (-rule.Warn, -rule.Fail) : (rule.Warn, rule.Fail);
        var beyond = rule.Kind == GateKind.Gain ? harm >= fail : harm > fail;
        var within = rule.Kind == GateKind.Gain ? bound < fail : bound <= fail;
        var verdict = beyond ? GateVerdict.Fail : harm <= warn && within ? GateVerdict.Pass : GateVerdict.Inconclusive;
        var two = SpecialFunctions.NormalQuantile(0.975) * scores.StandardError;
        var outcome = new GateOutcome
        {
            Rule = rule,
            Verdict = verdict,
            Reason = "",
            Baseline = Round(scores.Baseline.Average() * rule.Scale),
            Candidate = Round(scores.Candidate.Average() * rule.Scale),
            Harm = harm,
            Bound = bound,
            Difference =
                new Interval(Round((scores.Delta - two) * rule.Scale), Round((scores.Delta + two) * rule.Scale)),
            P = scores.PValue(rule.Test),
            Questions = scores.Count,
            Lost = scores.Lost,
            Gained = scores.Gained,
            QuestionsToDecide = verdict == GateVerdict.Inconclusive ? ToDecide(rule, scores, harm, warn, fail) : null,
        };
        return outcome with { Reason = Sentence(outcome) };
    }

    /// <summary>
    /// Questions after which the bound would be clear of the nearer margin, if the rates stay as observed.
    /// </summary>
    private static int? ToDecide(GateRule rule, PairedScores scores, double harm, double warn, double fail)
    {
        var room = harm <= warn ? fail - harm : Math.Min(harm - warn, fail - harm);
        if (room <= 0) return null;
        var z = SpecialFunctions.NormalQuantile(rule.Confidence);
        var needed = Math.Ceiling(scores.Variance * rule.Scale * rule.Scale * z * z / (room * room));
        return needed < int.MaxValue ? Math.Max((int)needed, scores.Count + 1) : null;
    }

    private static string Sentence(GateOutcome outcome)
    {
        var (rule, confidence) = (outcome.Rule, $"{outcome.Rule.Confidence * 100:0.#} %");
        var (harm, bound) = (outcome.Harm, outcome.Bound);
        var measured = rule.Kind switch
        {
            GateKind.Gain => $"gain {Plain(-harm)}, with {confidence} confidence at least {Plain(-bound)}",
            GateKind.Change => $"change {Plain(harm)}, with {confidence} confidence at most {Plain(bound)}",
            _ => $"drop {Plain(harm)}, with {confidence} confidence at most {Plain(bound)}",
        };
        var margins = rule.Kind == GateKind.Gain
            ? $"needs more than {rule.Fail:0.##} and {rule.Warn:0.##} to pass"
            : $"passes up to {rule.Warn:0.##}, fails beyond {rule.Fail:0.##}";
        var rest = outcome.Verdict != GateVerdict.Inconclusive ? ""
            : outcome.QuestionsToDecide is { } n
            ? $"; about {n} questions would decide" : "; more questions would not decide";
        return $"{measured}; {margins}{rest}";
    }

    // What rounds to zero has no sign.
    private static string Plain(double? value) => $"{value:0.##;-0.##;0}";

    // Adding 0 turns -0 into 0, which people should not have to read.
    private static double Round(double value) => Math.Round(value, Digits) + 0.0;
}
