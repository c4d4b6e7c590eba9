using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Results;
using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;

namespace Pipeline.Tools.Evaluate;

/// <summary>Runs tasks with several drawn answers a question and writes pass@k.</summary>
internal static class SampledOutput
{
    private const string Candidate = "candidate";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static async Task<ResultsAnswer> RunAsync(
        ModelUnderTest subject, string model, string? adapter, ModelLoadOptions load, PromptOptions options,
        IReadOnlyList<EvaluationTask> tasks, (int Samples, double Temperature, long Seed) draw, string folder,
        TextWriter said, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        using var weights = CausalLanguageModel.Load(model, load);
        await using var engine = new GenerationEngine(weights);
        if (adapter is not null)
            await engine.LoadAdapterAsync(Candidate, AdapterContent.Read(adapter), cancellationToken);
        var runner = new SampledRunner(
            engine, subject.Encoder, new PromptBuilder(options, subject.Render), adapter is null
                ? null : Candidate)
        { Samples = draw.Samples, Temperature = draw.Temperature, Seed = draw.Seed };
        int[] ks = [.. new[] { 1, 5, 10, draw.Samples }.Where(k => k <= draw.Samples).Distinct()];
        var results = new List<TaskResult>();
        foreach (var task in tasks)
        {
            var (result, answers) = await runner.RunAsync(task, ks, options.Limit, cancellationToken);
            File.WriteAllText(
                Path.Combine(folder, $"samples_{task.Name}.jsonl"),
                string.Concat(
                    result.Ids.Zip(
                        answers, (id, given) => JsonSerializer.Serialize(
                            new { id, answers = task.WithholdsAnswers ? [] : given }, Json) + "\n")));
            results.Add(result);
            said.WriteLine(
                $"{task.Name,-40} {result.Ids.Count,6} questions  "
                    + $"{string.Join("  ", result.Metrics.Select(metric => $"{metric.Key.Replace(",none", "")} {metric.Value.Value:0.0000}"))}");
        }

        var path = Path.Combine(folder, "results.json");
        var all = new EvaluationResults
        {
            Model = subject.Identity,
            Harness = EvaluationRunner.Harness,
            Tasks = results,
        };
        var digest = ResultsJson.Save(all, path);
        said.WriteLine($"{path}  sha256 {digest}");
        return new ResultsAnswer(path, digest, all);
    }
}
