using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Metrics;

namespace Pipeline.Evaluation.Tasks.Yaml;

/// <summary>The <c>filter_list</c> of a YAML task.</summary>
internal static class YamlFilters
{
    public static IReadOnlyList<FilterPipeline> Read(YamlFields file)
    {
        var lists = file.Maps("filter_list");
        return lists.Count == 0 ? [FilterPipeline.None]
            : [.. lists.Select(
                list => new FilterPipeline(list.Text("name") ?? "none", [.. list.Maps("filter").SelectMany(Step)]))];
    }

    private static IEnumerable<Func<string, string>> Step(YamlFields step) => step.Text("function") switch
    {
        "regex" => [FilterPipeline.Regex(
            step.Text("regex_pattern") ?? throw new TaskFormatException($"{step.Where}: regex_pattern is missing"),
            Last(step),
            step.Text("fallback") ?? AnswerExtraction.Invalid)],
        "remove_whitespace" => [FilterPipeline.RemoveWhitespace()],
        "lowercase" => [FilterPipeline.Lowercase()],
        // There is one answer a question, so the first is the only one.
        "take_first" => [],
        var other =>
            throw new TaskFormatException(
                $"{step.Where}: the filter '{other}' is not supported; use regex, remove_whitespace, lowercase or "
                    + $"take_first"),
    };

    private static bool Last(YamlFields step) => (step.Number("group_select") ?? 0) switch
    {
        0 => false,
        -1 => true,
        var other =>
            throw new TaskFormatException(
                $"{step.Where}: group_select is {other}; use 0 for the first or -1 for the last match"),
    };
}
