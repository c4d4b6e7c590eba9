using Pipeline.Activities.Running;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Performance;
using Pipeline.Llm.Models;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Evaluation;

/// <summary>How fast a model answers held-out prompts of the task, with the engine that also serves.</summary>
internal static class SpeedStage
{
    private const int Together = 4;
    private const int AnswerTokens = 16;

    public static async Task<SpeedResult> RunAsync(SpeedInput input, StageRun run, ModelLoadOptions machine)
    {
        var folder = await run.OpenAsync(input.BaseModel);
        var adapter = input.Adapter is null ? null : await run.OpenAsync(input.Adapter);
        var questions = EvaluationTasks.HeldOut(await run.OpenAsync(input.Dataset)).Questions.Take(input.Requests);
        var load = machine with { DType = TorchSharp.torch.float32 };
        using var model = ModelUnderTest.Open(folder, adapter, load);
        var render = ModelSession.RendererOf(folder);
        string[] prompts =
            [.. questions.Select(question => render is null ? question.Text : render([new("user", question.Text)]))];
        var test = new SpeedTest { Concurrency = Together, MaxTokens = AnswerTokens };
        return Describe((await test.RunAsync(model, folder, adapter, prompts, load, run.Stop)).Report, machine);
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
