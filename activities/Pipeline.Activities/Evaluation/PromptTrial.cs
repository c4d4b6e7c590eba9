using Pipeline.Activities.Running;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Results;
using Pipeline.Llm.Models;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Evaluation;

/// <summary>
/// What prompts alone reach on the held-out rows: without examples and with three, the better one counts.
/// </summary>
internal static class PromptTrial
{
    private static readonly int[] Examples = [0, EvaluationTasks.MostShots];

    public static async Task<PreflightResult> RunAsync(
        PreflightInput input, StageRun run, WorkerPaths paths, ModelLoadOptions machine)
    {
        var (dataset, model) = (await run.OpenAsync(input.Dataset), await run.OpenAsync(input.BaseModel));
        var identity = new ModelIdentity { BaseModel = input.BaseModel.Sha256, Precision = "Float32", Name = "base" };
        var accuracies = await Task.Factory.StartNew(
            () =>
            {
                using var session = ModelSession.Load(model, null, machine);
                return Examples.Select(shots =>
                {
                    var task = EvaluationTasks.HeldOut(dataset, input.Preflight.Rows);
                    var options = new PromptOptions { Shots = shots };
                    var runner = new EvaluationRunner(
                        identity, new PromptBuilder(options, ModelSession.RendererOf(model)), options,
                        () => (session.Scoring, session.Encoder), paths.Of("cache", "evaluation"));
                    return runner.Run(
                        task, new Progress<int>(
                            done =>
                                run.Pulse.Report(
                                    new ActivityProgress(
                                        "preflight", done, input.Preflight.Rows, $"{shots} examples"))), run.Stop)
                        .Result.Scores[EvaluationTasks.OwnMetric].Average();
                }).ToList();
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return new PreflightResult(accuracies.Max(), input.Preflight.Rows,
            new StageSummary { Text = $"{accuracies[0]:P1} without examples, {accuracies[1]:P1} with three" },
            Examples[accuracies.IndexOf(accuracies.Max())]);
    }
}
