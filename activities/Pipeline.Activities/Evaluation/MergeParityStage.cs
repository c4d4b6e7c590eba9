using System.Text.Json;
using Pipeline.Activities.Running;
using Pipeline.Llm.Merging;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;
using Temporalio.Exceptions;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Activities.Evaluation;

/// <summary>Merges an adapter into files and passes them through the gate of <see cref="MergeParity"/>.</summary>
internal static class MergeParityStage
{
    // Below this the merged weights are kept in float32: rounding a small bfloat16 model once more flips near ties, and
    // the space is cheap.
    private const long SmallModelBytes = 1L << 30;

    public static async Task<ParityResult> RunAsync(ParityInput input, StageRun run, ModelLoadOptions machine)
    {
        var (model, adapter) = (await run.OpenAsync(input.BaseModel), await run.OpenAsync(input.Adapter));
        var prompts = Prompts(Path.Combine(await run.OpenAsync(input.Dataset), "test.jsonl"), model, input.Prompts);
        var merged = run.Artifacts.NewFolder();
        var report = await Task.Factory.StartNew(
            () => Compare(model, adapter, merged, prompts, machine, run), CancellationToken.None,
            TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (!report.Passed)
        {
            throw new ApplicationFailureException(
                $"merged weights differ: {string.Join("; ", report.Reasons)}", ErrorTypes.ParityFailed,
                nonRetryable: true);
        }

        var text =
            $"largest difference {report.MaxDifference:0.0e0} of the largest logit, same continuation on "
                + $"{report.EqualPrompts:P1} of {report.Prompts} prompts; read back from disk";
        return new ParityResult(await run.CommitAsync("merged-model", merged), report.MaxDifference,
            report.EqualPrompts, new StageSummary { Text = text });
    }

    private static MergeParityReport Compare(
        string model, string adapter, string merged, List<int[]> prompts, ModelLoadOptions machine, StageRun run)
    {
        var isSmall = Directory.EnumerateFiles(model, "*.safetensors").Sum(file => new FileInfo(file).Length)
            < SmallModelBytes;
        AdapterMerge.Run(model, adapter, merged, machine.Log, isSmall ? ScalarType.Float32 : null);
        return MergeParity.Run(
            model, adapter, merged, prompts, new MergeParityOptions
            {
                Threads = machine.Threads,
                Device = machine.Device,
            },
            new Pulse(done => run.Pulse.Report(new ActivityProgress("parity", done, prompts.Count, "prompts"))),
            run.Stop);
    }

    private static List<int[]> Prompts(string file, string model, int most)
    {
        var tokenizer = Pipeline.Data.Tokenizers.PretrainedTokenizer.Load(model).Tokenizer;
        return [.. File.ReadLines(file).Take(most).Select(line => tokenizer.Encode(Text(line), addSpecialTokens: false))
            .Where(ids => ids.Length > 0)];
    }

    private static string Text(string line)
    {
        using var row = JsonDocument.Parse(line);
        return string.Join(
            '\n', row.RootElement.GetProperty("messages").EnumerateArray()
                .Select(message => message.GetProperty("content").GetString()));
    }

    // In order and at once, unlike Progress<T>.
    private sealed class Pulse(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
