using Pipeline.Evaluation.Metrics;
using Pipeline.Evaluation.Results;

namespace Pipeline.Evaluation.Harness;

/// <summary>From the scores of questions to the metrics of a task.</summary>
internal static class TaskAggregation
{
    public static TaskResult Result(
        EvaluationTask task, PromptOptions options, string promptDigest,
        IReadOnlyList<AnsweredQuestion> answers) => new()
        {
            Task = task.Name,
            Alias = task.Alias.Length > 0 ? task.Alias : task.Name,
            Groups = task.Groups,
            Version = task.Version,
            Shots = options.ShotsOf(task),
            TaskDigest = task.Digest,
            PromptDigest = promptDigest,
            Original = task.Questions.Count,
            Effective = Math.Min(options.Limit ?? int.MaxValue, task.Questions.Count),
            Ids = [.. answers.Select(answer => answer.Id)],
            Scores = Scores(answers),
            Metrics = task.Output == OutputType.LogLikelihoodRolling ? Rolling(task, answers) : Metrics(task, answers),
            LowerIsBetter = [.. task.Metrics.Where(metric => !metric.HigherIsBetter).Select(metric => metric.Name)],
        };

    /// <summary>Scores by metric; the filter is part of the name unless it is the plain one.</summary>
    private static Dictionary<string, IReadOnlyList<double>> Scores(IReadOnlyList<AnsweredQuestion> answers) =>
        answers.Count == 0 ? []
        : answers[0].Scores.Keys.ToDictionary(
            key => key.EndsWith(",none", StringComparison.Ordinal) ? key[..^5] : key,
            key => (IReadOnlyList<double>)[.. answers.Select(answer => answer.Scores[key])]);

    private static Dictionary<string, MetricValue> Metrics(EvaluationTask task, IReadOnlyList<AnsweredQuestion> answers)
    {
        var metrics = new Dictionary<string, MetricValue>();
        foreach (var key in answers.Count == 0 ? [] : answers[0].Scores.Keys.ToArray())
        {
            double[] scores = [.. answers.Select(answer => answer.Scores[key])];
            metrics[key] = key.Split(',')[0] switch
            {
                // A document's score is its log-likelihood here.
                "perplexity" => new(Math.Exp(-scores.Average()), null),
                "brier_score" => new(scores.Average(), null),
                "mcc" => new(new ClassificationReport(Chosen(task, answers, scores)).Matthews, null),
                "f1" => new(new ClassificationReport(Chosen(task, answers, scores)).Macro.F1, null),
                _ => Aggregation.Mean(scores),
            };
        }

        return metrics;
    }

    private static ConfusionMatrix Chosen(EvaluationTask task, IReadOnlyList<AnsweredQuestion> answers, double[] chosen)
    {
        var gold =
            task.Questions.ToDictionary(question => question.Id, question => question.Gold, StringComparer.Ordinal);
        string[] truth = [.. answers.Select(answer => gold[answer.Id].ToString())];
        string[] predicted = [.. chosen.Select(index => ((int)index).ToString())];
        return ConfusionMatrix.Of(
            truth, predicted, [.. truth.Concat(predicted).Distinct().Order(StringComparer.Ordinal)]);
    }

    private static Dictionary<string, MetricValue> Rolling(EvaluationTask task, IReadOnlyList<AnsweredQuestion> answers)
    {
        var texts = task.Questions.ToDictionary(
            question => question.Id, question => question.Counted ?? question.Target, StringComparer.Ordinal);
        double[] logs = [.. answers.Select(answer => answer.LogLikelihoods[0])];
        int[] words = [.. answers.Select(answer => Perplexity.Words(texts[answer.Id]))];
        int[] bytes = [.. answers.Select(answer => Perplexity.Bytes(texts[answer.Id]))];
        return new()
        {
            ["word_perplexity,none"] = new(Perplexity.Of(logs, words), null),
            ["byte_perplexity,none"] = new(Perplexity.Of(logs, bytes), null),
            ["bits_per_byte,none"] = new(Perplexity.BitsPerByte(logs, bytes), null),
        };
    }
}
