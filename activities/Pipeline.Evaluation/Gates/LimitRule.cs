using Pipeline.Evaluation.Results;
using Pipeline.Statistics;

namespace Pipeline.Evaluation.Gates;

/// <summary>Rules about a value of the candidate alone: budgets, leak counts, entropy.</summary>
internal static class LimitRule
{
    public static GateOutcome Decide(GateRule rule, EvaluationResults candidate)
    {
        var tasks = candidate.Find(rule.Task);
        if (tasks.Count == 0) return GateEvaluator.Refuse(rule, $"the candidate has no result for '{rule.Task}'");
        if (tasks.FirstOrDefault(task => !Has(task, rule.Metric)) is { } without)
        {
            return GateEvaluator.Refuse(rule, $"the candidate has no metric '{rule.Metric}' for '{without.Task}'");
        }

        double[] scores = [.. tasks.SelectMany(task => task.Scores.GetValueOrDefault(rule.Metric, []))];
        var value = rule.Scale
            * (scores.Length > 0 ? scores.Average() : tasks.Average(task => Metric(task, rule.Metric).Value));
        if (!double.IsFinite(value))
            return GateEvaluator.Refuse(rule, $"'{rule.Metric}' of '{rule.Task}' is no number");
        if (scores.Length > 0 && scores.Length < rule.MinimumQuestions)
        {
            return GateEvaluator.Refuse(
                rule, $"{scores.Length} questions are fewer than the {rule.MinimumQuestions} that may decide");
        }

        var sign = rule.Kind == GateKind.Maximum ? 1 : -1;
        var half = scores.Length > 1 ? SpecialFunctions.NormalQuantile(rule.Confidence) * Moments.StandardError(scores)
            * rule.Scale : 0;
        var (harm, bound) = (sign * value, sign * value + half);
        var verdict = harm > sign * rule.Fail ? GateVerdict.Fail
            : harm <= sign * rule.Warn && bound <= sign * rule.Fail ? GateVerdict.Pass : GateVerdict.Inconclusive;
        return new GateOutcome
        {
            Rule = rule,
            Verdict = verdict,
            Candidate = value,
            Harm = harm,
            Bound = bound,
            Questions = scores.Length,
            Reason = $"value {value:0.####}; {(sign > 0 ? "passes up to" : "passes from")} {rule.Warn:0.####}, fails "
                + $"{(sign > 0 ? "above" : "below")} {rule.Fail:0.####}",
        };
    }

    private static bool Has(TaskResult task, string metric) =>
        task.Scores.ContainsKey(metric) || task.Metrics.Keys.Any(name => Named(name, metric));

    private static MetricValue Metric(TaskResult task, string metric) =>
        task.Metrics.First(pair => Named(pair.Key, metric)).Value;

    private static bool Named(string key, string metric) => key == metric || key == metric + ",none";
}
