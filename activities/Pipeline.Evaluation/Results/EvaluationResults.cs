namespace Pipeline.Evaluation.Results;

/// <summary>A finished evaluation of one model: what a gate compares and a report shows.</summary>
public sealed record EvaluationResults
{
    /// <summary>What was evaluated.</summary>
    public required ModelIdentity Model { get; init; }

    /// <summary>Version of the code that asked and scored.</summary>
    public required string Harness { get; init; }

    /// <summary>Which arm of a comparison this is, such as <c>base</c>, <c>base+prompt</c> or <c>tuned</c>.</summary>
    public string Arm { get; init; } = "";

    /// <summary>Results by task, in order.</summary>
    public required IReadOnlyList<TaskResult> Tasks { get; init; }

    /// <summary>Aggregates by group.</summary>
    public IReadOnlyDictionary<string, GroupResult> Groups { get; init; } = new Dictionary<string, GroupResult>();

    /// <summary>Whether answers did not depend on the batch size in the self-test.</summary>
    /// <value>Null: the self-test was not run.</value>
    public bool? BatchInvariant { get; init; }

    /// <summary>Settings that were used, for people.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The tasks that a name stands for: one task, or all tasks of a group.</summary>
    /// <param name="name">Task or group.</param>
    /// <returns>The tasks in order; empty when nothing has the name.</returns>
    public IReadOnlyList<TaskResult> Find(string name) =>
        [.. Tasks.Where(task => task.Task == name || task.Groups.Contains(name, StringComparer.Ordinal))];
}

/// <summary>Aggregates of a group of tasks.</summary>
/// <param name="Alias">Name in tables.</param>
/// <param name="Tasks">Its tasks.</param>
/// <param name="Questions">Questions of all its tasks.</param>
/// <param name="Metrics">Metrics by name with filter.</param>
public sealed record GroupResult(
    string Alias, IReadOnlyList<string> Tasks, int Questions, IReadOnlyDictionary<string, MetricValue> Metrics);
