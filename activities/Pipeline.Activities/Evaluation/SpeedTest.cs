using System.Runtime.CompilerServices;
using Pipeline.Activities.Running;
using Pipeline.Data.Tokenizers;
using Pipeline.Evaluation.Performance;
using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Evaluation;

/// <summary>How fast a model answers prompts of the task, with the engine that also serves.</summary>
internal static class SpeedTest
{
    private const int Together = 4;
    private const int AnswerTokens = 16;
    private const string Adapter = "candidate";

    public static async Task<SpeedResult> RunAsync(SpeedInput input, StageRun run, ModelLoadOptions machine)
    {
        var folder = await run.OpenAsync(input.BaseModel);
        var prompts = Prompts(folder, EvaluationTasks.HeldOut(await run.OpenAsync(input.Dataset)).Questions.Select(question => question.Text).Take(input.Requests));
        using var model = CausalLanguageModel.Load(folder, machine with { DType = TorchSharp.torch.float32 });
        await using var engine = new GenerationEngine(model);
        if (input.Adapter is not null)
        {
            await engine.LoadAdapterAsync(Adapter, AdapterContent.Read(await run.OpenAsync(input.Adapter)), run.Stop);
        }

        // The first answer pays for memory and threads; it is of no interest.
        await foreach (var _ in Answer(engine, prompts[0].Ids, input, run.Stop))
        {
        }

        var byText = prompts.ToDictionary(prompt => prompt.Key, prompt => prompt.Ids, StringComparer.Ordinal);
        var log = await new LoadTest(TimeProvider.System).RunAsync(
            [.. prompts.Select(prompt => (prompt.Key, prompt.Ids.Length))], Together, (key, stop) => Answer(engine, byText[key], input, stop), run.Stop);
        return Describe(PerformanceReport.Of(log, Together), machine);
    }

    private static List<(string Key, int[] Ids)> Prompts(string folder, IEnumerable<string> texts)
    {
        var tokenizer = PretrainedTokenizer.Load(folder).Tokenizer;
        var render = ModelSession.RendererOf(folder);
        return [.. texts.Select((text, index) => ($"{index}", tokenizer.Encode(render is null ? text : render([new("user", text)]), addSpecialTokens: false)))];
    }

    private static async IAsyncEnumerable<string> Answer(
        GenerationEngine engine, int[] prompt, SpeedInput input, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new GenerationRequest { Prompt = prompt, Adapter = input.Adapter is null ? null : Adapter, Sampling = new SamplingOptions { MaxTokens = AnswerTokens } };
        await foreach (var token in engine.Submit(request).ReadAllAsync(cancellation))
        {
            yield return $"{token.Id}";
        }
    }

    private static SpeedResult Describe(PerformanceReport report, ModelLoadOptions machine) => new()
    {
        Requests = report.Requests,
        FirstTokenMilliseconds = 1000 * report.FirstToken?.P50 ?? double.NaN,
        AnswerMilliseconds = 1000 * report.EndToEnd?.P50 ?? double.NaN,
        SlowAnswerMilliseconds = 1000 * report.EndToEnd?.P95 ?? double.NaN,
        TokensPerSecond = report.TokensPerSecond,
        Device = machine.Device?.ToString() ?? "cpu",
    };
}
