namespace Pipeline.Evaluation.Gates;

/// <summary>Finds every wrong value of a gate set at once.</summary>
internal static class GateSetCheck
{
    public static IReadOnlyList<string> Problems(GateSetFile file)
    {
        var problems = new List<string>();
        if (string.IsNullOrWhiteSpace(file.Name)) problems.Add("name is missing");
        if (file.Rules.Count == 0) problems.Add("rules is empty; a set without rules would let everything pass");
        if (file.MaxAutomaticRetrains is < 0 or > 10)
            problems.Add($"maxAutomaticRetrains is {file.MaxAutomaticRetrains}, it must be from 0 to 10");
        foreach (var twice in file.Rules.GroupBy(rule => rule.Name).Where(group => group.Count() > 1))
            problems.Add($"two rules are named '{twice.Key}'");
        for (var i = 0; i < file.Rules.Count; i++)
            Check(file.Rules[i], file.Rules[i].Name ?? $"rule {i + 1}", problems);
        return problems;
    }

    private static void Check(GateRuleFile rule, string name, List<string> problems)
    {
        if (string.IsNullOrWhiteSpace(rule.Name)) problems.Add($"{name}: name is missing");
        if (string.IsNullOrWhiteSpace(rule.Task)) problems.Add($"{name}: task is missing");
        if (rule.Warn is not { } warn || !double.IsFinite(warn)) problems.Add($"{name}: warn is missing or no number");
        if (rule.Fail is not { } fail || !double.IsFinite(fail)) problems.Add($"{name}: fail is missing or no number");
        if (!(rule.Confidence >= 0.5 && rule.Confidence < 1))
            problems.Add($"{name}: confidence is {rule.Confidence}, it must lie from 0.5 to below 1");
        if (!(rule.Scale > 0)) problems.Add($"{name}: scale is {rule.Scale}, it must be above 0");
        if (rule.MinimumQuestions < 1)
            problems.Add($"{name}: minimumQuestions is {rule.MinimumQuestions}, it must be at least 1");
        var ordered = rule.Kind is GateKind.Gain or GateKind.Minimum ? rule.Warn >= rule.Fail : rule.Warn <= rule.Fail;
        if (rule.Warn is not null && rule.Fail is not null && !ordered)
        {
            problems.Add($"{name}: warn {rule.Warn} lies beyond fail {rule.Fail}, so nothing could be inconclusive");
        }

        if (rule.Recommend.Any(change => string.IsNullOrWhiteSpace(change.Path)))
            problems.Add($"{name}: a recommended change has no path");
    }
}
