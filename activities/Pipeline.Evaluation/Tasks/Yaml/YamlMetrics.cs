using System.Text.RegularExpressions;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Metrics;

namespace Pipeline.Evaluation.Tasks.Yaml;

/// <summary>The <c>metric_list</c> of a YAML task.</summary>
internal static class YamlMetrics
{
    private static readonly string[] OfLikelihoods =
        ["acc", "acc_norm", "acc_bytes", "acc_mutual_info", "exact_match", "brier_score", "mcc", "f1", "perplexity",
            "word_perplexity", "byte_perplexity", "bits_per_byte"];

    public static IReadOnlyList<TaskMetric> Read(YamlFields file, OutputType output)
    {
        TaskMetric[] metrics = [.. file.Maps("metric_list").Select(metric => Of(metric, output))];
        return metrics.Length > 0 ? metrics : throw new TaskFormatException($"{file.Where}: metric_list is empty");
    }

    private static TaskMetric Of(YamlFields metric, OutputType output)
    {
        var name = metric.Text("metric") ?? throw new TaskFormatException($"{metric.Where}: metric is missing");
        var lower = name.Contains("perplexity", StringComparison.Ordinal)
            || name is "bits_per_byte" or "brier_score" or "ter";
        var higher = metric.Flag("higher_is_better", !lower);
        if (output != OutputType.GenerateUntil)
        {
            return OfLikelihoods.Contains(name) ? new TaskMetric(name, higher)
                : throw new TaskFormatException(
                    $"{metric.Where}: the metric '{name}' is not known for {output}; use one of "
                        + $"{string.Join(", ", OfLikelihoods)}");
        }

        return new TaskMetric(name, higher, Generated(name, metric));
    }

    private static Func<TaskDocument, string, double> Generated(string name, YamlFields metric)
    {
        switch (name)
        {
            case "exact_match":
                var (ignoreCase, ignorePunctuation) = (metric.Flag("ignore_case"), metric.Flag("ignore_punctuation"));
                Regex[] ignore = [.. metric.Texts("regexes_to_ignore")
                    .Select(pattern => new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)))];
                return (document, answer) =>
                    ExactMatch.Score(answer, document.Target, ignoreCase, ignorePunctuation, ignore);
            case "squad_em":
                return (document, answer) => SquadMetrics.ExactMatch(answer, [document.Target, .. document.Accepted]);
            case "f1":
                return (document, answer) => SquadMetrics.F1(answer, [document.Target, .. document.Accepted]);
            case "rouge1" or "rouge2" or "rougeL" or "rougeLsum":
                return (document, answer) =>
                    Rouge(name, new Rouge().Score(answer, [document.Target, .. document.Accepted]));
            case "bleu":
                return (document, answer) => new Bleu(new BleuOptions { EffectiveOrder = true })
                    .Sentence(answer, [document.Target, .. document.Accepted]).Score;
            case "chrf":
                return (document, answer) => new Chrf().Sentence(answer, [document.Target, .. document.Accepted]);
            case "ter":
                return (document, answer) =>
                    new TranslationEditRate().Sentence(answer, [document.Target, .. document.Accepted]).Score;
            case "json_valid":
                return (_, answer) => JsonText.Extract(answer) is null ? 0 : 1;
            default:
                throw new TaskFormatException($"{metric.Where}: the metric '{name}' is not known for generated text");
        }
    }

    private static double Rouge(string name, RougeScores scores) => name switch
    {
        "rouge1" => scores.Rouge1.F1,
        "rouge2" => scores.Rouge2.F1,
        "rougeL" => scores.RougeL.F1,
        _ => scores.RougeLsum.F1,
    };
}
