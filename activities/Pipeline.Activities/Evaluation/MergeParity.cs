using System.Text.Json;
using Pipeline.Activities.Running;
using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;
using Temporalio.Exceptions;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Activities.Evaluation;

/// <summary>Merges an adapter into files, reads them back and compares every logit with base plus adapter.</summary>
internal static class MergeParity
{
    // Relative to the largest logit: one rounding of the weights to the stored type.
    private const double Bfloat16Tolerance = 2e-2;
    private const double Float32Tolerance = 1e-4;
    private const double LeastAgreement = 0.99;

    // Below this the merged weights are kept in float32: rounding a small bfloat16 model once more flips near ties, and the space is cheap.
    private const long SmallModelBytes = 1L << 30;

    public static async Task<ParityResult> RunAsync(ParityInput input, StageRun run, ModelLoadOptions machine)
    {
        var (model, adapter) = (await run.OpenAsync(input.BaseModel), await run.OpenAsync(input.Adapter));
        var prompts = Prompts(Path.Combine(await run.OpenAsync(input.Dataset), "test.jsonl"), model, input.Prompts);
        var merged = run.Artifacts.NewFolder();
        var (difference, agreement, half) = await Task.Factory.StartNew(
            () => Compare(model, adapter, merged, prompts, machine, run), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (!(difference <= (half ? Bfloat16Tolerance : Float32Tolerance)) || !(agreement >= LeastAgreement))
        {
            throw new ApplicationFailureException(
                $"merged weights differ by {difference:0.0e0} of the largest logit (allowed {(half ? Bfloat16Tolerance : Float32Tolerance)}) and agree on {agreement:P1} of the next tokens (needed {LeastAgreement:P0})",
                ErrorTypes.ParityFailed, nonRetryable: true);
        }

        var text = $"largest difference {difference:0.0e0} of the largest logit, same next token on {agreement:P1}; read back from disk";
        return new ParityResult(await run.CommitAsync("merged-model", merged), difference, agreement, new StageSummary { Text = text });
    }

    private static (double Difference, double Agreement, bool Half) Compare(
        string model, string adapter, string merged, List<int[]> prompts, ModelLoadOptions machine, StageRun run)
    {
        var isSmall = Directory.EnumerateFiles(model, "*.safetensors").Sum(file => new FileInfo(file).Length) < SmallModelBytes;
        AdapterMerge.Run(model, adapter, merged, machine.Log, isSmall ? float32 : null);
        var options = machine with { DType = float32 };
        using var separate = CausalLanguageModel.Load(model, options);
        LoraAdapter.Load(separate, adapter);
        using var joined = CausalLanguageModel.Load(merged, options);
        var (worst, same, all) = (0.0, 0L, 0L);
        using var mode = no_grad();
        for (var index = 0; index < prompts.Count; index++)
        {
            run.Stop.ThrowIfCancellationRequested();
            run.Pulse.Report(new ActivityProgress("parity", index, prompts.Count, "prompts"));
            using var scope = NewDisposeScope();
            var ids = tensor(prompts[index], int64, separate.Device).unsqueeze(0);
            var (one, other) = (Logits(separate, ids), Logits(joined, ids));
            worst = Math.Max(worst, (one - other).abs().max().ToDouble() / Math.Max(1e-9, one.abs().max().ToDouble()));
            same += one.argmax(-1).eq(other.argmax(-1)).sum().ToInt64();
            all += prompts[index].Length;
        }

        return (worst, (double)same / Math.Max(1, all), IsHalf(merged));
    }

    private static bool IsHalf(string folder)
    {
        using var weights = WeightFiles.Open(folder);
        return weights.Files.Any(file => file.Header.Entries.Any(entry => entry.DType is SafeTensorsDType.BF16 or SafeTensorsDType.F16));
    }

    private static Tensor Logits(CausalLanguageModel model, Tensor ids) => model.Logits(model.Hidden(new ModelInput { InputIds = ids }));

    private static List<int[]> Prompts(string file, string model, int most)
    {
        var tokenizer = Pipeline.Data.Tokenizers.PretrainedTokenizer.Load(model).Tokenizer;
        return [.. File.ReadLines(file).Take(most).Select(line => tokenizer.Encode(Text(line), addSpecialTokens: false)).Where(ids => ids.Length > 0)];
    }

    private static string Text(string line)
    {
        using var row = JsonDocument.Parse(line);
        return string.Join('\n', row.RootElement.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("content").GetString()));
    }
}
