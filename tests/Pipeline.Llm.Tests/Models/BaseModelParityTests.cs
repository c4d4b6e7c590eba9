using System.Text.Json;
using Pipeline.Data.Tokenizers;
using Pipeline.Llm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests.Models;

/// <summary>
/// The shipped base model on its benchmark: log-probabilities of the four answers against the recorded ones.
/// </summary>
public sealed class BaseModelParityTests
{
    private const double Tolerance = 1e-3;

    [Fact]
    public void LogLikelihoods_EverySixtiethQuestion_EqualTheRecordedOnes() => Compare(every: 60);

    [Fact(Explicit = true)]
    public void LogLikelihoods_AllQuestions_EqualTheRecordedOnes() => Compare(every: 1);

    private static void Compare(int every)
    {
        var data = Fixtures.Require("debian-mmlu");
        var directory = Path.Combine(Repository.Root, "infra", "models", "bookworm-6m");
        var tokenizer = HuggingFaceTokenizer.Load(Path.Combine(directory, "tokenizer.json"));
        using var mode = no_grad();
        using var model = CausalLanguageModel.Load(directory, new() { DType = ScalarType.Float32, Threads = 1 });
        var letters = tensor("ABCD".Select(letter => (long)tokenizer.Encode($" {letter}")[0]).ToArray());
        var prompts = Prompts(data);
        var (compared, largest) = (0, 0.0);
        foreach (var line in Lines(Path.Combine(data, "base-loglikelihoods.jsonl"))
            .Where((_, index) => index % every == 0))
        {
            using var scope = NewDisposeScope();
            var prompt = prompts[line.GetProperty("index").GetInt32()];
            var ids = tokenizer.Encode(prompt).Select(id => (long)id).ToArray();
            ids.Length.ShouldBe(line.GetProperty("prompt_tokens").GetInt32());
            var hidden = model.Hidden(new() { InputIds = tensor(ids).unsqueeze(0) });
            var logs = model.Logits(hidden[0][ids.Length - 1]).log_softmax(-1).index_select(0, letters).data<float>()
                .ToArray();
            var expected = line.GetProperty("loglikelihoods").EnumerateArray().Select(value => value.GetDouble())
                .ToArray();
            var difference = logs.Select((value, i) => Math.Abs(value - expected[i])).Max();
            difference.ShouldBeInRange(0, Tolerance, $"question {line.GetProperty("index")}");
            var sorted = expected.OrderDescending().ToArray();
            if (sorted[0] - sorted[1] > 2 * Tolerance)
            {
                Array.IndexOf(logs, logs.Max()).ShouldBe(line.GetProperty("predicted").GetInt32());
            }

            largest = Math.Max(largest, difference);
            compared++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"largest difference {largest:E2}");
        Fixtures.Compared("debian-mmlu (log-likelihoods)", compared);
    }

    private static List<string> Prompts(string data)
    {
        var shots = Lines(Path.Combine(data, "dev.jsonl")).GroupBy(q => q.GetProperty("subject").GetString())
            .ToDictionary(
                group => group.Key!,
                group =>
                    string.Concat(
                        group.Select(q => $"{Question(q)} {"ABCD"[q.GetProperty("answer").GetInt32()]}\n\n")));
        return [.. Lines(Path.Combine(data, "test.jsonl")).Select(q =>
        {
            var subject = q.GetProperty("subject").GetString()!; // every line has one
            return $"The following are multiple choice questions (with answers) about "
                + $"{subject.Replace('_', ' ')}.\n\n{shots[subject]}{Question(q)}";
        })];
    }

    private static string Question(JsonElement q) =>
        $"{q.GetProperty("question").GetString()}"
            + $"\n{string.Concat(q.GetProperty("choices").EnumerateArray().Select((choice, i) => $"{"ABCD"[i]}. {choice.GetString()}\n"))}Answer:";

    private static IEnumerable<JsonElement> Lines(string path) =>
        File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement);
}
