using System.CommandLine;
using System.Text.Json;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Judge;
using Pipeline.Evaluation.Performance;
using Pipeline.Evaluation.Results;
using Pipeline.Llm.Models;

namespace Pipeline.Tools.Evaluate;

/// <summary><c>speed</c>: latency and throughput of a model under a stated load.</summary>
internal static class SpeedCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var model = new Option<string>("--model", "-m")
        {
            Description = "model directory in Hugging Face layout",
            Required = true,
        };
        var adapter = new Option<string?>("--adapter", "-a") { Description = "adapter directory in PEFT layout" };
        var concurrency = new Option<int>("--concurrency", "-c")
        {
            Description = "requests in flight at a time",
            DefaultValueFactory = _ => 4,
        };
        var requests = new Option<int>("--requests", "-n")
        {
            Description = "requests in all",
            DefaultValueFactory = _ => 32,
        };
        var tokens = new Option<int>("--max-tokens")
        {
            Description = "tokens of every answer",
            DefaultValueFactory = _ => 32,
        };
        var output = new Option<string>("--out", "-o")
        {
            Description = "folder for requests.jsonl, performance.json and results.json",
            Required = true,
        };
        var into = new Option<string?>("--into")
        {
            Description = "results.json of the same model that the figures are added to, for a gate",
        };
        var precision = new Option<string>("--dtype")
        {
            Description = "Float32, BFloat16 or Float16",
            DefaultValueFactory = _ => "Float32",
        };
        var threads = new Option<int?>("--threads") { Description = "CPU threads" };
        var command = new Command(
            "speed", "Measure time to the first token, between tokens and end to end, requests/s, tokens/s and memory.")
            { model, adapter, concurrency, requests, tokens, output, into, precision, threads };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var load = new ModelLoadOptions
            {
                DType = OptionText.Precision(parsed.GetRequiredValue(precision)),
                Threads = parsed.GetValue(threads),
            };
            using var subject = ModelUnderTest.Open(parsed.GetRequiredValue(model), parsed.GetValue(adapter), load);
            var questions = JudgeQuestion.BuiltIn();
            string[] prompts = [.. Enumerable.Range(0, parsed.GetValue(requests))
                .Select(i => subject.Render([new("user", questions[i % questions.Count].Turns[0])]))];
            var test = new SpeedTest
            {
                Concurrency = Math.Max(1, parsed.GetValue(concurrency)),
                MaxTokens = Math.Max(1, parsed.GetValue(tokens)),
            };
            var (log, report, result) = await test.RunAsync(
                subject, parsed.GetRequiredValue(model), parsed.GetValue(adapter), prompts, load, cancellationToken);
            var folder = parsed.GetRequiredValue(output);
            Directory.CreateDirectory(folder);
            File.WriteAllText(
                Path.Combine(folder, "requests.jsonl"),
                string.Concat(
                    log.Select(request => JsonSerializer.Serialize(request, JsonSerializerOptions.Web) + "\n")));
            File.WriteAllText(Path.Combine(folder, "performance.json"), JsonSerializer.Serialize(report, Json) + "\n");
            var path = parsed.GetValue(into) ?? Path.Combine(folder, "results.json");
            var results = parsed.GetValue(into) is { } target
                ? ResultsMerge.Add(ResultsJson.Load(target), subject.Identity, result)
                : new EvaluationResults
                {
                    Model = subject.Identity,
                    Harness = EvaluationRunner.Harness,
                    Tasks = [result],
                };
            var said = Answer.Text(parsed);
            Print(report, said);
            var sha256 = ResultsJson.Save(results, path);
            said.WriteLine($"{path}  sha256 {sha256}");
            Answer.Document(parsed, new { path, sha256, performance = report });
            return 0;
        });
        return command;
    }

    private static void Print(PerformanceReport report, TextWriter said)
    {
        said.WriteLine(
            $"{report.Requests} requests, {report.Failures} failed; {report.Concurrency} at a time, "
                + $"{report.PromptTokens:0} prompt and {report.OutputTokens:0} generated tokens each");
        Line(said, "first token", report.FirstToken);
        Line(said, "between tokens", report.BetweenTokens);
        Line(said, "end to end", report.EndToEnd);
        said.WriteLine(
            $"{report.RequestsPerSecond:0.0} requests/s, {report.TokensPerSecond:0} tokens/s, peak memory "
                + $"{report.PeakMemoryBytes / 1048576.0:0} MiB");
    }

    private static void Line(TextWriter said, string name, LatencySummary? summary)
    {
        if (summary is not null)
            said.WriteLine(
                $"{name,-15} mean {1000 * summary.Mean,7:0.0} ms  p50 {1000 * summary.P50,7:0.0}  p95 "
                    + $"{1000 * summary.P95,7:0.0}  p99 {1000 * summary.P99,7:0.0}");
    }
}
