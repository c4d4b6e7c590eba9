using Pipeline.Evaluation.Results;

namespace Pipeline.Evaluation.Gates;

/// <summary>
/// Brings the scores of two evaluations together, question by question, or says why that is impossible.
/// </summary>
internal sealed record Pairing(PairedScores? Scores, string Problem)
{
    public static Pairing Of(GateRule rule, EvaluationResults baseline, EvaluationResults candidate)
    {
        var (before, after) = (baseline.Find(rule.Task), candidate.Find(rule.Task));
        if (before.Count == 0) return No($"the arm '{rule.Against}' has no result for '{rule.Task}'");
        if (after.Count == 0) return No($"the candidate has no result for '{rule.Task}'");
        var (left, right) = (new List<double>(), new List<double>());
        foreach (var task in before)
        {
            if (after.FirstOrDefault(other => other.Task == task.Task) is not { } other)
                return No($"the candidate has no result for subject '{task.Task}'");
            if (Compare(rule, task, other) is { } problem) return No(problem);
            left.AddRange(task.Scores[rule.Metric]);
            var index = other.Ids.Select((id, i) => (id, i))
                .ToDictionary(pair => pair.id, pair => pair.i, StringComparer.Ordinal);
            right.AddRange(task.Ids.Select(id => other.Scores[rule.Metric][index[id]]));
        }

        if (after.FirstOrDefault(task => before.All(known => known.Task != task.Task)) is { } extra)
        {
            return No($"the candidate has subject '{extra.Task}', which the arm '{rule.Against}' lacks");
        }

        return left.Count < rule.MinimumQuestions
            ? No($"{left.Count} questions are fewer than the {rule.MinimumQuestions} that may decide")
            : new Pairing(new PairedScores([.. left], [.. right]), "");
    }

    private static string? Compare(GateRule rule, TaskResult before, TaskResult after)
    {
        foreach (var (task, who) in new[] { (before, $"arm '{rule.Against}'"), (after, "candidate") })
        {
            if (!task.Scores.TryGetValue(rule.Metric, out var scores))
                return $"the {who} has no metric '{rule.Metric}' for '{task.Task}'";
            if (scores.Any(double.IsNaN) || scores.Any(double.IsInfinity))
                return $"the {who} has a score of '{task.Task}' that is no number";
            if (task.Ids.Distinct(StringComparer.Ordinal).Count() != task.Ids.Count)
                return $"the {who} answers a question of '{task.Task}' twice";
            if (scores.Count != task.Ids.Count)
                return $"the {who} has {scores.Count} scores for {task.Ids.Count} questions of '{task.Task}'";
        }

        if (before.Ids.Count != after.Ids.Count)
        {
            return $"'{before.Task}' has {before.Ids.Count} questions for the arm '{rule.Against}' and "
                + $"{after.Ids.Count} for the candidate";
        }

        return before.Ids.Except(after.Ids, StringComparer.Ordinal).FirstOrDefault() is { } missing
            ? $"the candidate did not answer question '{missing}' of '{before.Task}'"
            : null;
    }

    private static Pairing No(string problem) => new(null, problem);
}
