using System.CommandLine;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Tasks;
using Pipeline.Llm.Models;

namespace Pipeline.Tools.Evaluate;

/// <summary>
/// <c>eval</c>: asks a model the questions of tasks and writes results.json with every answer beside it.
/// </summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model", "-m")
        {
            Description = "model directory in Hugging Face layout",
            Required = true,
        };
        var adapter = new Option<string?>("--adapter", "-a") { Description = "adapter directory in PEFT layout" };
        var tasks = new Option<string>("--tasks", "-t")
        {
            Description =
                "names with commas: a benchmark folder, section, bias-pairs, bias-questions, instructions, toxicity, "
                    + "leaks, or YAML tasks",
            Required = true,
        };
        var output = new Option<string>("--out", "-o")
        {
            Description = "folder for results.json and samples_TASK.jsonl",
            Required = true,
        };
        var shots = new Option<int?>("--num-fewshot", "--num_fewshot")
        {
            Description = "worked examples before each question; default: what the task says",
        };
        var limit = new Option<int?>("--limit", "-l")
        {
            Description = "questions of each task at most; such results never pass a gate",
        };
        var arm = new Option<string>("--arm")
        {
            Description = "name of the arm in a comparison",
            DefaultValueFactory = _ => "",
        };
        var benchmarks = new Option<string>("--benchmarks")
        {
            Description = "folder of benchmark folders, or s3://BUCKET/PREFIX",
            DefaultValueFactory = _ =>
                "infra/benchmarks",
        };
        var seed = new Option<long?>("--fewshot-seed")
        {
            Description = "draw the worked examples of each question at random with this seed",
        };
        var canaries = new Option<string?>("--canaries")
        {
            Description = "what must not come out, for the task 'leaks' (JSON lines with id, prompt, secret)",
        };
        var samples = new Option<int?>("--samples")
        {
            Description = "drawn answers to each question; scores generated tasks by pass@k",
        };
        var temperature = new Option<double>("--temperature")
        {
            Description = "temperature of the draws",
            DefaultValueFactory = _ => 0.8,
        };
        var drawSeed = new Option<long>("--seed") { Description = "seed of the draws", DefaultValueFactory = _ => 1 };
        var rows = new Option<string?>("--rows")
        {
            Description = "held-out rows of the task 'section' (JSON lines with messages)",
        };
        var taskFiles = new Option<string?>("--task-files") { Description = "folder of YAML tasks" };
        var chat = new Option<bool>("--apply-chat-template", "--apply_chat_template")
        {
            Description = "ask through the model's chat template",
        };
        var turns = new Option<bool>("--fewshot-as-multiturn", "--fewshot_as_multiturn")
        {
            Description = "worked examples as turns of their own",
        };
        var system = new Option<string>("--system-instruction", "--system_instruction")
        {
            Description = "system message",
            DefaultValueFactory = _ => "",
        };
        var cache = new Option<string>("--cache")
        {
            Description = "folder of finished shards",
            DefaultValueFactory = _ => ".pipeline/cache/evaluation",
        };
        var precision = new Option<string>("--dtype")
        {
            Description = "Float32, BFloat16 or Float16",
            DefaultValueFactory = _ => "Float32",
        };
        var threads = new Option<int?>("--threads") { Description = "CPU threads" };
        var naive = new Option<bool>("--naive") { Description = "ask the plain, slow way; for comparison" };
        var command = new Command("eval", "Evaluate a model, with an adapter or without, on tasks.")
            { model, adapter, tasks, output, shots, seed, limit, arm, benchmarks, canaries, rows, taskFiles, chat,
                turns, system, cache, precision, threads, naive, samples, temperature, drawSeed };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new PromptOptions
            {
                Shots = parsed.GetValue(shots),
                ShotSeed = parsed.GetValue(seed),
                Limit = parsed.GetValue(limit),
                ChatTemplate = parsed.GetValue(chat),
                ExamplesAsTurns = parsed.GetValue(turns),
                SystemInstruction = parsed.GetValue(system) ?? "",
            };
            var folder = await BenchmarkFolder.OpenAsync(
                parsed.GetRequiredValue(benchmarks), Path.GetFullPath(parsed.GetRequiredValue(cache)),
                cancellationToken);
            var collection =
                new TaskCatalog(folder, parsed.GetValue(rows), parsed.GetValue(taskFiles), parsed.GetValue(canaries))
                .Find(parsed.GetRequiredValue(tasks)
                    .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            var load = new ModelLoadOptions
            {
                DType = OptionText.Precision(parsed.GetRequiredValue(precision)),
                Threads = parsed.GetValue(threads),
            };
            using var subject = ModelUnderTest.Open(
                parsed.GetRequiredValue(model), parsed.GetValue(adapter), load, parsed.GetValue(naive));
            if (parsed.GetValue(samples) is { } count)
            {
                Answer.Document(parsed, await SampledOutput.RunAsync(
                    subject, parsed.GetRequiredValue(model), parsed.GetValue(adapter), load, options, collection.Tasks,
                    (count, parsed.GetValue(temperature), parsed.GetValue(drawSeed)), parsed.GetRequiredValue(output),
                    Answer.Text(parsed), cancellationToken));
                return 0;
            }

            var session = new EvaluationSession(
                subject, options, Path.GetFullPath(parsed.GetRequiredValue(cache)), parsed.GetValue(arm) ?? "");
            Answer.Document(parsed, EvaluationOutput.Run(
                session, subject, collection, parsed.GetRequiredValue(output), Answer.Text(parsed),
                cancellationToken));
            return 0;
        });
        return command;
    }
}
