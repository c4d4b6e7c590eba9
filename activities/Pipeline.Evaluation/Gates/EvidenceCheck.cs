using Pipeline.Evaluation.Results;

namespace Pipeline.Evaluation.Gates;

/// <summary>Whether evaluations may be compared at all.</summary>
internal static class EvidenceCheck
{
    private const double Tolerance = 1e-9;

    public static IReadOnlyList<string> Problems(
        GateSet gates, EvaluationResults candidate, IReadOnlyDictionary<string, EvaluationResults> arms,
        string? adapter)
    {
        var problems = new List<string>();
        if (gates.Rules.Count == 0) problems.Add($"the gate set '{gates.Name}' has no rules");
        if (adapter is not null && candidate.Model.Adapter != adapter)
        {
            problems.Add(
                $"the candidate evaluation is of adapter {candidate.Model.Adapter ?? "none"}, the artefact is "
                    + $"{adapter}");
        }

        Check(gates, candidate, "candidate", problems);
        foreach (var (name, arm) in arms.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Check(gates, arm, $"arm '{name}'", problems);
            Match(candidate, arm, name, problems);
        }

        return problems;
    }

    private static void Check(GateSet gates, EvaluationResults results, string who, List<string> problems)
    {
        if (gates.RequireBatchInvariance && results.BatchInvariant != true)
        {
            problems.Add($"the {who} has {(results.BatchInvariant is null ? "no" : "a failed")} batch-size self-test");
        }

        foreach (var repeated in results.Tasks.GroupBy(task => task.Task).Where(group => group.Count() > 1))
        {
            problems.Add($"the {who} has '{repeated.Key}' twice");
        }

        foreach (var task in results.Tasks)
        {
            if (task.Ids.Count != task.Effective)
                problems.Add($"the {who} answers {task.Ids.Count} of {task.Effective} questions of '{task.Task}'");
            if (!gates.AllowLimit && task.Effective != task.Original)
            {
                problems.Add(
                    $"the {who} was limited to {task.Effective} of {task.Original} questions of '{task.Task}'");
            }

            foreach (var (name, metric) in task.Metrics) CheckMetric(task, name, metric, who, problems);
        }
    }

    private static void CheckMetric(TaskResult task, string name, MetricValue metric, string who, List<string> problems)
    {
        if (double.IsNaN(metric.Value)) problems.Add($"the {who} has no number for '{name}' of '{task.Task}'");
        if (metric.StandardError is < 0 or double.NaN)
            problems.Add($"the {who} has a standard error of {metric.StandardError} for '{name}' of '{task.Task}'");
        // An aggregate that its own questions contradict was edited or mixed.
        if (task.Scores.TryGetValue(name.Split(',')[0], out var scores) && scores.Count > 0
            && name.EndsWith(",none", StringComparison.Ordinal)
            && Math.Abs(scores.Average() - metric.Value) > Tolerance * Math.Max(1, Math.Abs(metric.Value)))
        {
            problems.Add(
                $"the {who} states {metric.Value:R} for '{name}' of '{task.Task}', its questions give "
                    + $"{scores.Average():R}");
        }
    }

    private static void Match(EvaluationResults candidate, EvaluationResults arm, string name, List<string> problems)
    {
        if (arm.Model.BaseModel != candidate.Model.BaseModel)
        {
            problems.Add(
                $"the arm '{name}' was evaluated with base model {arm.Model.BaseModel}, the candidate with "
                    + $"{candidate.Model.BaseModel}");
        }

        if (arm.Harness != candidate.Harness)
            problems.Add(
                $"the arm '{name}' was evaluated by harness {arm.Harness}, the candidate by {candidate.Harness}");
        if (arm.Model.Precision != candidate.Model.Precision)
        {
            problems.Add(
                $"the arm '{name}' was computed in {arm.Model.Precision}, the candidate in "
                    + $"{candidate.Model.Precision}");
        }

        foreach (var task in candidate.Tasks)
        {
            if (arm.Tasks.FirstOrDefault(other => other.Task == task.Task) is not { } other) continue;
            if (other.TaskDigest != task.TaskDigest)
                problems.Add(
                    $"'{task.Task}' of the arm '{name}' has other questions or another definition "
                        + $"({other.TaskDigest})");
            // Arms with their own prompt differ in prompts on purpose; the plain base must not.
            else if (name == "base" && other.PromptDigest != task.PromptDigest)
                problems.Add($"'{task.Task}' of the arm '{name}' had other prompts");
        }
    }
}
