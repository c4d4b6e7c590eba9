namespace Pipeline.Evaluation.Results;

/// <summary>
/// Adds measurements that were made apart, such as judged conversations or speed, to the results of an evaluation.
/// </summary>
public static class ResultsMerge
{
    /// <summary>Adds a task or replaces it.</summary>
    /// <param name="results">Results of the model.</param>
    /// <param name="identity">Identity of the model that was measured.</param>
    /// <param name="task">What was measured.</param>
    /// <returns>The results with the task.</returns>
    /// <exception cref="ArgumentException">The results are of another model or adapter.</exception>
    public static EvaluationResults Add(EvaluationResults results, ModelIdentity identity, TaskResult task)
    {
        ArgumentNullException.ThrowIfNull(results);
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(task);
        if (results.Model.BaseModel != identity.BaseModel || results.Model.Adapter != identity.Adapter)
        {
            throw new ArgumentException(
                $"the results are of {results.Model.Name} ({results.Model.BaseModel}, adapter "
                    + $"{results.Model.Adapter ?? "none"}), '{task.Task}' was measured on {identity.Name} "
                    + $"({identity.BaseModel}, adapter {identity.Adapter ?? "none"})", nameof(identity));
        }

        return results with { Tasks = [.. results.Tasks.Where(other => other.Task != task.Task), task] };
    }
}
