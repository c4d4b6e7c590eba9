using Pipeline.Evaluation.Results;

namespace Pipeline.Evaluation.Harness;

/// <summary>A group of tasks with one figure for all of them.</summary>
/// <param name="Name">Unique name.</param>
/// <param name="Alias">Name in tables.</param>
/// <param name="Tasks">Names of its tasks, those of inner groups included.</param>
/// <param name="WeightBySize">Whether a task counts as often as it has questions (the micro average).</param>
/// <param name="Metrics">Metrics with filter, such as <c>acc,none</c>; null takes those that all its tasks
/// have.</param>
public sealed record TaskGroup(
    string Name, string Alias, IReadOnlyList<string> Tasks, bool WeightBySize = true,
    IReadOnlyList<string>? Metrics = null)
{
    /// <summary>The group's figures.</summary>
    /// <param name="results">Results of tasks; those of other tasks are ignored.</param>
    /// <returns>Figures of the tasks that are there.</returns>
    public GroupResult Aggregate(IReadOnlyList<TaskResult> results)
    {
        TaskResult[] own = [.. Tasks.SelectMany(name => results.Where(result => result.Task == name))];
        var names = Metrics
            ?? [.. own.SelectMany(task => task.Metrics.Keys).Distinct()
                .Where(key => own.All(task => task.Metrics.ContainsKey(key)))];
        var metrics = names.Where(name => own.Length > 0 && own.All(task => task.Metrics.ContainsKey(name)))
            .ToDictionary(
                name => name, name =>
                    Aggregation.Group([.. own.Select(task => (task.Metrics[name], task.Ids.Count))], WeightBySize));
        return new GroupResult(Alias, [.. own.Select(task => task.Task)], own.Sum(task => task.Ids.Count), metrics);
    }
}

/// <summary>Tasks that belong together, ready to run.</summary>
/// <param name="Tasks">The tasks; each is one shard.</param>
/// <param name="Groups">Groups over them.</param>
public sealed record TaskCollection(IReadOnlyList<EvaluationTask> Tasks, IReadOnlyList<TaskGroup> Groups);
