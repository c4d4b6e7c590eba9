using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Runs;
using Pipeline.Cli.Services;
using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;
using Pipeline.Workflows.Json;

namespace Pipeline.Cli.Commands;

/// <summary><c>./pipeline run</c>: the main job from end to end.</summary>
internal static class RunCommand
{
    private static readonly Option<string> Recipe = new("--recipe") { Description = "recipe of workflows/recipes, a JSON file, or JSON", DefaultValueFactory = _ => "debian-sections" };
    private static readonly Option<string?> ApproveAs = new("--approve-as") { Description = "approve in this name without asking" };

    public static Command Create()
    {
        var command = new Command("run", "the main job: fine-tune, evaluate, gate, approve, canary, serve") { Recipe, ApproveAs, CommonOptions.Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (settings, _) = CommonOptions.Load(parsed);
        var input = RunInputFile.Read(parsed.GetRequiredValue(Recipe), Owner.Name);
        var deployment = await ServiceControl.UpAsync(settings, CommonOptions.Forwarded(parsed), cancellation);
        var runs = await RunClient.ConnectAsync(settings);
        var handle = await runs.StartAsync(input);
        await Console.Error.WriteLineAsync($"run {handle.Id}\nWeb UI {deployment.WebUi}namespaces/{settings.Engine.Namespace}/workflows/{Uri.EscapeDataString(handle.Id)}");
        var follower = new RunFollower(runs, handle, parsed.GetValue(ApproveAs));
        FineTuneResult? result;
        try
        {
            result = await follower.FollowAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"\nthe run goes on; come back with ./pipeline status {handle.Id} --watch, or end it with ./pipeline abort {handle.Id} --reason TEXT");
            return 130;
        }

        if (result is null)
        {
            return ErrorTypes.ExitCodeOf(follower.Parked?.Failure?.ErrorType);
        }

        await EndAsync(parsed.GetValue(CommonOptions.Json), result, deployment, await handle.QueryAsync(wf => wf.Report));
        return RunOutcome.ExitCodeOf(result);
    }

    private static async Task EndAsync(bool json, FineTuneResult result, Deployment deployment, RunReport report)
    {
        var answer = result.Verdict == Verdict.Promoted ? await ServedAnswer.FetchAsync(deployment.Gateway, result.Version?.Name ?? "") : null;
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { result, answer, seconds = RunOutcome.Seconds(report) }, PipelineJson.Options));
            return;
        }

        Console.Out.WriteLine(RunOutcome.Describe(result, report));
        if (answer is not null)
        {
            Console.Out.WriteLine($"served  {answer.Question.Split('\n')[^1]}\n        {answer.Model} → {answer.Text}   ({answer.Milliseconds:0} ms from {deployment.Gateway}v1/chat/completions)");
            Console.Out.WriteLine($"next    ./pipeline open · ./pipeline report · ./pipeline run --recipe harmful · ./pipeline demo retrain · ./pipeline down");
        }
    }
}
