using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Evaluation.Harness;

namespace Pipeline.Evaluation.Tasks.Yaml;

/// <summary>Tasks and groups written as YAML files, one each, with the keys of lm-evaluation-harness.</summary>
public static class YamlTasks
{
    private static readonly string[] TaskKeys =
    [
        "task", "task_alias", "tag", "dataset_path", "dataset_name", "dataset_kwargs", "training_split",
        "validation_split", "test_split",
        "fewshot_split", "fewshot_config", "num_fewshot", "description", "output_type", "process_docs",
        "process_results", "doc_to_text",
        "doc_to_choice", "doc_to_target", "target_delimiter", "fewshot_delimiter", "generation_kwargs", "filter_list",
        "metric_list", "metadata",
    ];

    private static readonly string[] GroupKeys = ["group", "group_alias", "task", "aggregate_metric_list", "metadata"];

    /// <summary>Reads the tasks that a name stands for.</summary>
    /// <param name="directory">Folder of YAML files.</param>
    /// <param name="name">A task, a tag or a group.</param>
    /// <param name="options">Data folder and functions; null for the defaults.</param>
    /// <returns>The tasks, and the group with its inner groups.</returns>
    /// <exception cref="TaskFormatException">A file is malformed or a name stands for nothing.</exception>
    public static TaskCollection Load(string directory, string name, YamlTaskOptions? options = null)
    {
        options ??= new YamlTaskOptions();
        var files = Directory.GetFiles(directory, "*.yaml").Order(StringComparer.Ordinal).Select(YamlFields.Load)
            .ToList();
        var groups = files.Where(file => file.Has("group"))
            .ToDictionary(file => file.Text("group") ?? "", StringComparer.Ordinal);
        var tasks = files.Where(file => !file.Has("group") && file.Has("task"))
            .ToDictionary(file => file.Text("task") ?? "", StringComparer.Ordinal);
        var found = new List<TaskGroup>();
        var names = Expand(name, groups, tasks, found, directory);
        return new TaskCollection(
            [.. names.Distinct()
                .Select(task =>
                    Read(tasks[task], [.. found.Where(group => group.Tasks.Contains(task)).Select(group => group.Name)],
                        options))], found);
    }

    private static List<string> Expand(
        string name, Dictionary<string, YamlFields> groups, Dictionary<string, YamlFields> tasks, List<TaskGroup> found,
        string directory)
    {
        if (tasks.ContainsKey(name)) return [name];
        if (!groups.TryGetValue(name, out var group))
        {
            var tagged = tasks.Where(task => task.Value.Texts("tag").Contains(name)).Select(task => task.Key).ToList();
            return tagged.Count > 0
                ? tagged : throw new TaskFormatException($"{directory} has no task, tag or group '{name}'");
        }

        group.OnlyKnows(GroupKeys);
        List<string> members =
            [.. group.Texts("task").SelectMany(member => Expand(member, groups, tasks, found, directory))];
        var metrics = group.Maps("aggregate_metric_list");
        string[] keys =
            [.. metrics.SelectMany(metric => Filters(metric).Select(filter => $"{metric.Text("metric")},{filter}"))];
        found.Add(
            new TaskGroup(name, group.Text("group_alias") ?? name, members,
                metrics.All(metric => metric.Flag("weight_by_size", true)), keys.Length > 0 ? keys : null));
        return members;
    }

    private static IReadOnlyList<string> Filters(YamlFields metric) =>
        metric.Has("filter_list") ? metric.Texts("filter_list") : ["none"];

    private static EvaluationTask Read(YamlFields file, string[] groups, YamlTaskOptions options)
    {
        file.OnlyKnows(TaskKeys);
        var name = file.Text("task") ?? "";
        var documents = new YamlDocuments(file, options);
        var output = file.Text("output_type") switch
        {
            "multiple_choice" => OutputType.MultipleChoice,
            "loglikelihood" => OutputType.LogLikelihood,
            "loglikelihood_rolling" => OutputType.LogLikelihoodRolling,
            "generate_until" => OutputType.GenerateUntil,
            var other =>
                throw new TaskFormatException(
                    $"{file.Where}: output_type is '{other}'; use multiple_choice, loglikelihood, "
                        + $"loglikelihood_rolling or generate_until"),
        };
        var shots = file.Number("num_fewshot") ?? 0;
        var sampler = file.Map("fewshot_config")?.Text("sampler");
        if (shots > 0 && sampler != "first_n")
            throw new TaskFormatException(
                $"{file.Where}: fewshot_config.sampler must be first_n; to draw examples at random, ask with a seed "
                    + $"(--fewshot-seed)");
        var generation = file.Map("generation_kwargs");
        return new EvaluationTask
        {
            Name = name,
            Alias = file.Text("task_alias") ?? name,
            Groups = groups,
            Version = file.Map("metadata")?.Text("version") ?? "0",
            Output = output,
            Description = file.Text("description") ?? "",
            TargetDelimiter = file.Text("target_delimiter") ?? " ",
            ExampleDelimiter = file.Text("fewshot_delimiter") ?? "\n\n",
            Shots = shots,
            Examples = documents.Read(
                file.Text("fewshot_split") ?? (sampler is null ? null : file.Text("training_split")), output),
            Questions = documents.Read(file.Text("test_split") ?? file.Text("validation_split"), output),
            Generation = new(generation?.Texts("until") ?? [], generation?.Number("max_gen_toks") ?? 256),
            Filters = YamlFilters.Read(file),
            Metrics = YamlMetrics.Read(file, output),
            Settings = Regex.Replace(File.ReadAllText(file.Where), "\\s+", " "),
        };
    }
}
