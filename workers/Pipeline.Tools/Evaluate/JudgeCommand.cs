using System.CommandLine;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Judge;
using Pipeline.Evaluation.Results;
using Pipeline.Llm.Models;

namespace Pipeline.Tools.Evaluate;

/// <summary><c>judge</c>: lets one model judge the conversations of another.</summary>
internal static class JudgeCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model", "-m")
        {
            Description = "judged model: a directory, or URL#NAME of an OpenAI-compatible endpoint",
            Required = true,
        };
        var adapter = new Option<string?>("--adapter", "-a") { Description = "adapter of a judged model directory" };
        var judge = new Option<string>("--judge", "-j")
        {
            Description = "judge: a directory or URL#NAME; another model than the judged one (key: OPENAI_API_KEY)",
            Required = true,
        };
        var against = new Option<string?>("--against")
        {
            Description = "second model, to compare answer by answer in both orders",
        };
        var questions = new Option<string?>("--questions")
        {
            Description = "questions in the layout of MT-Bench; default: the 80 that come with the product",
        };
        var labels = new Option<string?>("--labels")
        {
            Description = "comparisons with a person's choice, to measure how far the judge agrees",
        };
        var limit = new Option<int?>("--limit", "-l")
        {
            Description = "questions at most; such results never pass a gate",
        };
        var tokens = new Option<int>("--max-tokens")
        {
            Description = "most tokens of an answer",
            DefaultValueFactory = _ => 256,
        };
        var output = new Option<string>("--out", "-o")
        {
            Description = "folder for answers, judgements and results.json",
            Required = true,
        };
        var into = new Option<string?>("--into")
        {
            Description = "results.json of the judged model that the marks are added to, for a gate",
        };
        var threads = new Option<int?>("--threads") { Description = "CPU threads" };
        var command = new Command(
            "judge", "Judge conversations: marks from 1 to 10 for each turn, or which of two models answers better.")
            { model, adapter, judge, against, questions, labels, limit, tokens, output, into, threads };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var load = new ModelLoadOptions
            {
                DType = TorchSharp.torch.ScalarType.Float32,
                Threads = parsed.GetValue(threads),
            };
            using var arbiter = ChatTarget.Open(parsed.GetRequiredValue(judge), null, parsed.GetValue(tokens), load);
            using var judged = ChatTarget.Open(
                parsed.GetRequiredValue(model), parsed.GetValue(adapter), parsed.GetValue(tokens), load);
            if (arbiter.Chat.Id == judged.Chat.Id)
                throw new InvalidDataException($"'{judged.Chat.Id}' would judge itself; choose another judge");
            var all = parsed.GetValue(questions) is { } file ? JudgeQuestion.Load(file) : JudgeQuestion.BuiltIn();
            var run = new JudgeRun(new JudgeBench(arbiter.Chat), [.. all.Take(parsed.GetValue(limit) ?? int.MaxValue)],
                parsed.GetRequiredValue(output), Answer.Text(parsed));
            var agreement = parsed.GetValue(labels) is { } people
                ? await run.AgreeAsync(people, cancellationToken) : null;
            if (parsed.GetValue(against) is { } other)
            {
                using var second = ChatTarget.Open(other, null, parsed.GetValue(tokens), load);
                var comparison = await run.CompareAsync(judged.Chat, second.Chat, cancellationToken);
                Answer.Document(parsed, new { comparison, agreement });
                return 0;
            }

            var (task, marks) = await run.MarkAsync(judged.Chat, all, cancellationToken);
            var target = parsed.GetValue(into);
            var results = target is null
                ? new EvaluationResults { Model = judged.Identity, Harness = EvaluationRunner.Harness, Tasks = [task] }
                : ResultsMerge.Add(ResultsJson.Load(target), judged.Identity, task);
            var path = target ?? Path.Combine(parsed.GetRequiredValue(output), "results.json");
            var sha256 = ResultsJson.Save(results, path);
            Answer.Write(parsed, new { path, sha256, marks, agreement }, $"{path}  sha256 {sha256}");
            return 0;
        });
        return command;
    }
}
