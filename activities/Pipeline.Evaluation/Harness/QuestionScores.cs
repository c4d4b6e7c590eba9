using System.Text;
using Pipeline.Evaluation.Metrics;
using Pipeline.Evaluation.Text;

namespace Pipeline.Evaluation.Harness;

/// <summary>Scores of one answered question.</summary>
/// <remarks>
/// Source: lm-evaluation-harness 0.4.13; lengths for <c>acc_norm</c> are code points, for <c>acc_bytes</c> UTF-8 bytes.
/// </remarks>
internal static class QuestionScores
{
    public static AnsweredQuestion Score(
        EvaluationTask task, TaskDocument document, AnsweredQuestion answer) => task.Output switch
        {
            OutputType.MultipleChoice => Choice(task, document, answer),
            OutputType.GenerateUntil => Generated(task, document, answer),
            OutputType.LogLikelihood => answer with
            {
                Scores = new Dictionary<string, double>
                {
                    ["acc,none"] = answer.Greedy[0] ? 1 : 0,
                    ["perplexity,none"] = answer.LogLikelihoods[0],
                },
            },
            _ =>
                answer with
                {
                    Scores =
                    new Dictionary<string, double> { ["loglikelihood,none"] = answer.LogLikelihoods[0] }
                },
        };

    private static AnsweredQuestion Choice(EvaluationTask task, TaskDocument document, AnsweredQuestion answer)
    {
        var (logs, choices) = (answer.LogLikelihoods, document.Choices);
        var chosen = First(logs);
        var scores = new Dictionary<string, double>();
        foreach (var metric in task.Metrics)
        {
            scores[$"{metric.Name},none"] = metric.Name switch
            {
                "acc" => Right(chosen),
                "acc_norm" => Right(First([.. logs.Select((log, i) => log / UnicodeText.CountCodePoints(choices[i]))])),
                "acc_bytes" => Right(First([.. logs.Select((log, i) => log / Encoding.UTF8.GetByteCount(choices[i]))])),
                "acc_mutual_info" => Right(First([.. logs.Select((log, i) => log - answer.Unconditional[i])])),
                "exact_match" => answer.Greedy[document.Gold] ? 1 : 0,
                "brier_score" => Brier(logs, document.Gold),
                "mcc" or "f1" => chosen,
                _ => metric.Score?.Invoke(document, choices[chosen])
                    ?? throw new InvalidOperationException(
                        $"task '{task.Name}' has no rule for the metric '{metric.Name}' of choices"),
            };
        }

        return answer with { Scores = scores, Answers = new Dictionary<string, string> { ["none"] = choices[chosen] } };

        double Right(int index) => index == document.Gold ? 1 : 0;
    }

    private static AnsweredQuestion Generated(EvaluationTask task, TaskDocument document, AnsweredQuestion answer)
    {
        var (answers, scores) = (new Dictionary<string, string>(), new Dictionary<string, double>());
        foreach (var filter in task.Filters)
        {
            answers[filter.Name] = filter.Apply(answer.Generated ?? "");
            foreach (var metric in task.Metrics)
            {
                var score = metric.Score
                    ?? throw new InvalidOperationException(
                        $"task '{task.Name}' has no rule for the metric '{metric.Name}' of generated text");
                scores[$"{metric.Name},{filter.Name}"] = score(document, answers[filter.Name]);
            }
        }

        return task.WithholdsAnswers
            ? answer with { Generated = "[withheld]", GeneratedTokens = [], Scores = scores }
            : answer with { Answers = answers, Scores = scores };
    }

    private static int First(IReadOnlyList<double> values)
    {
        var best = 0;
        for (var i = 1; i < values.Count; i++) best = values[i] > values[best] ? i : best;
        return best;
    }

    private static double Brier(IReadOnlyList<double> logs, int gold)
    {
        var largest = logs.Max();
        double[] weights = [.. logs.Select(log => Math.Exp(log - largest))];
        var sum = weights.Sum();
        return weights.Select((weight, i) => Math.Pow(weight / sum - (i == gold ? 1 : 0), 2)).Sum();
    }
}
