using System.Text.Json;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Results;

namespace Pipeline.Evaluation.Tests.Harness;

/// <summary>
/// S1-25, S1-27, S2-26: every request, metric and group equals the recordings of lm-evaluation-harness.
/// </summary>
public sealed class HarnessParityTests(HarnessFixture fixture) : IClassFixture<HarnessFixture>
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Runs =>
    [
        "mmlu_5shot", "mmlu_5shot_batch8", "mmlu_5shot_macro", "mmlu_0shot", "mmlu_5shot_no_bos",
        "mmlu_5shot_max_length_160", "mmlu_2shot_chat",
        "mmlu_2shot_chat_singleturn", "mmlu_more_metrics", "mmlu_continuation", "mmlu_generative", "continuation",
        "wordsums", "pages",
        "pages_max_length_128", "pages_no_bos", "lastword",
    ];

    [Theory]
    [MemberData(nameof(Runs))]
    public void S1_25_Run_Recorded_GivesTheSameRequestsAndMetrics(string run)
    {
        var recorded = FixtureJson.Load("evaluation/results.json").GetProperty(run);
        var arguments = recorded.GetProperty("model_args");
        var other = recorded.GetProperty("other");
        var options = new PromptOptions
        {
            Shots = recorded.GetProperty("num_fewshot_override").ValueKind == JsonValueKind.Number
                ? recorded.Int("num_fewshot_override") : null,
            ChatTemplate = Flag(other, "apply_chat_template"),
            ExamplesAsTurns = Flag(other, "fewshot_as_multiturn"),
            SystemInstruction = other.TryGetProperty("system_instruction", out var system) ? system.GetString()! : "",
        };
        int? maxLength = arguments.TryGetProperty("max_length", out var length) ? length.GetInt32() : null;
        var bos = !arguments.TryGetProperty("add_bos_token", out var add) || add.GetBoolean();
        using var folder = new TempDirectory();
        var runner = fixture.Runner(options, folder.Path, maxLength, bos);
        TaskCollection[] collections = [.. recorded.Strings("tasks").Select(HarnessFixture.Tasks)];
        ShardOutcome[] shards =
            [.. collections.SelectMany(collection => collection.Tasks).Select(task => runner.Run(task))];
        var requests = Requests(run, shards, bos);
        var metrics = Metrics(recorded, shards, [.. collections.SelectMany(collection => collection.Groups)]);
        TestContext.Current.TestOutputHelper?.WriteLine($"{run}: {requests} requests, {metrics} figures");
        Fixtures.Compared($"evaluation/{run}", requests + metrics);
    }

    private int Requests(string run, ShardOutcome[] shards, bool bos)
    {
        var compared = 0;
        var encoder = new PromptEncoder(fixture.Tokenizer, bos);
        foreach (var line in FixtureJson.Lines($"evaluation/requests/{run}.jsonl"))
        {
            var where = $"{run} {line.Text("task")} {line.Int("doc_id")}";
            var answer = shards.Single(shard => shard.Result.Task == line.Text("task")).Answers[line.Int("doc_id")];
            if (line.TryGetProperty("context", out var context)) answer.Context.ShouldBe(context.GetString(), where);
            if (line.TryGetProperty("loglikelihoods", out _)) Likelihoods(line, answer, where);
            if (line.TryGetProperty("generated", out var generated))
            {
                answer.Generated.ShouldBe(generated.GetString(), where);
                answer.GeneratedTokens.ShouldBe(line.Numbers("generated_tokens").Select(id => (int)id), where);
                answer.Answers[line.Text("filter")].ShouldBe(line.Strings("filtered")[0], where);
            }

            if (line.TryGetProperty("windows", out var windows))
            {
                answer.LogLikelihoods[0]
                    .ShouldBe(line.Number("loglikelihood"), Tolerance * Math.Max(1, line.Int("n_tokens") / 10), where);
                var length = run == "pages_max_length_128" ? 128 : 768;
                encoder.Windows(line.Text("text"), length)
                    .Select(window => $"{window.Context.Length} {window.Continuations[0].Length}")
                    .ShouldBe(windows.EnumerateArray().Select(window => $"{window[0]} {window[1]}"), where);
            }

            Tokens(encoder, line, answer, where);
            compared++;
        }

        return compared;
    }

    private static void Likelihoods(JsonElement line, AnsweredQuestion answer, string where)
    {
        var expected = line.Numbers("loglikelihoods");
        answer.LogLikelihoods.Concat(answer.Unconditional).ToList().ShouldMatch(expected, where, 0, Tolerance);
        answer.Greedy.ShouldBe(line.Flags("is_greedy").Take(answer.Greedy.Count), where);
        answer.Continuations.ShouldBe(line.Strings("continuations").Take(answer.Continuations.Count), where);
    }

    private static void Tokens(PromptEncoder encoder, JsonElement line, AnsweredQuestion answer, string where)
    {
        if (!line.TryGetProperty("tokens", out var tokens) || answer.Continuations.Count == 0
            || where.Contains("max_length")) return;
        var request = encoder.Encode(answer.Context, answer.Continuations);
        foreach (var (expected, continuation) in tokens.EnumerateArray().Zip(request.Continuations))
        {
            request.Context.Select(id => (double)id).ShouldBe(expected.Numbers("context"), where);
            continuation.Select(id => (double)id).ShouldBe(expected.Numbers("continuation"), where);
        }
    }

    private static int Metrics(JsonElement recorded, ShardOutcome[] shards, TaskGroup[] groups)
    {
        var compared = 0;
        TaskResult[] results = [.. shards.Select(shard => shard.Result)];
        foreach (var expected in recorded.GetProperty("results").EnumerateObject())
        {
            var own = results.FirstOrDefault(result => result.Task == expected.Name)?.Metrics
                ?? groups.Single(group => group.Name == expected.Name).Aggregate(results).Metrics;
            foreach (var field in expected.Value.EnumerateObject().Where(field => field.Name.Contains(',')))
            {
                var (metric, error) = (field.Name.Replace("_stderr,", ","), field.Name.Contains("_stderr,"));
                var where = $"{expected.Name} {field.Name}";
                // These two errors are bootstrapped with another generator.
                if (error && (metric.StartsWith("mcc") || metric.StartsWith("perplexity"))) continue;
                own.ContainsKey(metric).ShouldBeTrue(where);
                var value = error ? own[metric].StandardError : own[metric].Value;
                if (field.Value.ValueKind == JsonValueKind.String && field.Value.GetString() == "N/A")
                    value.ShouldBeNull(where);
                else value!.Value.ShouldMatch(field.Value.Number(), where, 1e-5, 1e-6);
                compared++;
            }

            if (results.All(result => result.Task != expected.Name)) continue;
            expected.Value.Int("sample_len").ShouldBe(results.Single(result => result.Task == expected.Name).Ids.Count);
        }

        return compared;
    }

    private static bool Flag(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.GetBoolean();
}
