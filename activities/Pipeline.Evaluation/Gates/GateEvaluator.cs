using Pipeline.Evaluation.Results;

namespace Pipeline.Evaluation.Gates;

/// <summary>Decides by numbers whether a candidate may go on. Pure: equal inputs give equal reports.</summary>
public static class GateEvaluator
{
    /// <summary>Compares a candidate with the arms of a gate set.</summary>
    /// <param name="gates">The rules.</param>
    /// <param name="candidate">Evaluation of the candidate.</param>
    /// <param name="arms">Evaluations to compare with, by arm name; <c>base</c> is the base model.</param>
    /// <param name="adapter">Digest of the artefact that is to be promoted; a candidate evaluation of another one is
    /// refused. Null does not check.</param>
    /// <returns>The decision; anything missing or inconsistent is a fail with its reason, never a default.</returns>
    public static GateReport Evaluate(
        GateSet gates, EvaluationResults candidate, IReadOnlyDictionary<string, EvaluationResults> arms,
        string? adapter = null)
    {
        var problems = EvidenceCheck.Problems(gates, candidate, arms, adapter);
        GateOutcome[] outcomes = [.. gates.Rules.Select(rule => Decide(rule, candidate, arms))];
        var worst = outcomes.Length == 0 ? GateVerdict.Fail : outcomes.Min(outcome => outcome.Verdict);
        return new GateReport
        {
            Verdict = problems.Count > 0 ? GateVerdict.Fail : worst,
            GateSet = gates.Name,
            Problems = problems,
            Outcomes = outcomes,
            Evidence = EvidenceOf.Decision(gates, candidate, arms),
        };
    }

    private static GateOutcome Decide(
        GateRule rule, EvaluationResults candidate, IReadOnlyDictionary<string, EvaluationResults> arms)
    {
        if (rule.Kind is GateKind.Maximum or GateKind.Minimum) return LimitRule.Decide(rule, candidate);
        if (!arms.TryGetValue(rule.Against, out var baseline))
            return Refuse(rule, $"there is no evaluation of the arm '{rule.Against}'");
        var pairing = Pairing.Of(rule, baseline, candidate);
        return pairing.Scores is { } scores ? MarginRule.Decide(rule, scores) : Refuse(rule, pairing.Problem);
    }

    internal static GateOutcome Refuse(GateRule rule, string reason) => new()
    {
        Rule = rule,
        Verdict = GateVerdict.Fail,
        Reason = reason,
    };
}
