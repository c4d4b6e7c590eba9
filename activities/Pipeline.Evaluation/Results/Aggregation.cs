using Pipeline.Statistics;

namespace Pipeline.Evaluation.Results;

/// <summary>Means and errors of tasks and groups.</summary>
/// <remarks>Source: lm-evaluation-harness 0.4.13; a group's error pools the variances of its tasks.</remarks>
public static class Aggregation
{
    /// <summary>Mean with its standard error.</summary>
    /// <param name="scores">Score of each question.</param>
    /// <returns>The mean; not a number without questions.</returns>
    public static MetricValue Mean(IReadOnlyList<double> scores) =>
        new(scores.Count == 0 ? double.NaN : scores.Average(), scores.Count > 1 ? Moments.StandardError(scores) : null);

    /// <summary>Mean of tasks, weighted by their questions (the micro average) or plain.</summary>
    /// <param name="tasks">Value, error and size of each task.</param>
    /// <param name="weightBySize">Whether a task counts as often as it has questions.</param>
    /// <returns>Mean and pooled error.</returns>
    public static MetricValue Group(IReadOnlyList<(MetricValue Metric, int Size)> tasks, bool weightBySize = true)
    {
        var errors = tasks.Any(task => task.Metric.StandardError is null)
            ? null : tasks.Select(task => task.Metric.StandardError.GetValueOrDefault()).ToList();
        if (!weightBySize)
        {
            return new(tasks.Average(task => task.Metric.Value),
                errors is null ? null : Math.Sqrt(errors.Sum(error => error * error)) / tasks.Count);
        }

        double total = tasks.Sum(task => task.Size);
        var mean = tasks.Sum(task => task.Metric.Value * task.Size) / total;
        if (errors is null) return new(mean, null);
        var pooled = tasks.Zip(errors, (task, error) => (task.Size - 1.0) * task.Size * error * error).Sum()
            / (total - tasks.Count);
        return new(mean, Math.Sqrt(pooled / total));
    }
}
