using System.CommandLine;
using Pipeline.Cli.Runs;
using Pipeline.Cli.Services;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;

namespace Pipeline.Cli.Commands;

/// <summary><c>./pipeline run</c>: the main job from end to end.</summary>
internal static class RunCommand
{
    private static readonly Option<string> Recipe = new("--recipe")
    {
        Description = "recipe of workflows/recipes, a JSON file, or JSON",
        DefaultValueFactory = _ => "debian-sections",
    };
    private static readonly Option<string[]> ApproveAs = new("--approve-as")
    {
        Description = "approve in this name without asking; twice for two approvers",
        DefaultValueFactory = _ => [],
    };

    public static Command Create()
    {
        var command =
            new Command("run", "the main job: fine-tune, evaluate, gate, approve, canary, serve") { Recipe, ApproveAs };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (settings, _) = CommonOptions.Load(parsed);
        var input = RunInputFile.Read(parsed.GetRequiredValue(Recipe), Owner.Name);
        var approvers = parsed.GetValue(ApproveAs) ?? [];
        if (approvers.Contains(input.Owner, StringComparer.OrdinalIgnoreCase))
        {
            throw new UnauthorizedAccessException(
                $"'{input.Owner}' starts this run and may not approve it; give --approve-as another name, or set "
                    + "PIPELINE_OWNER to whoever starts it");
        }

        var deployment = await ServiceControl.UpAsync(settings, CommonOptions.Forwarded(parsed), cancellation);
        var runs = await RunClient.ConnectAsync(settings);
        var handle = await runs.StartAsync(input);
        await Console.Error.WriteLineAsync(
            $"run {handle.Id}\nWeb UI {deployment.WebUi}namespaces/{settings.Engine.Namespace}"
                + $"/workflows/{Uri.EscapeDataString(handle.Id)}");
        return await RunWatch.FollowAsync(
            runs, handle, approvers, parsed.GetValue(CommonOptions.Json),
            (result, report) => EndAsync(parsed, result, deployment, report), cancellation);
    }

    private static async Task EndAsync(
        ParseResult parsed, FineTuneResult result, Deployment deployment, RunReport report)
    {
        var answer = result.Verdict == Verdict.Promoted
            ? await ServedAnswer.FetchAsync(deployment.Gateway, result.Version?.Name ?? "") : null;
        var text = RunOutcome.Describe(result, report);
        if (answer is not null)
        {
            text += $"\nserved  {answer.Question.Split('\n')[^1]}\n        {answer.Model} → {answer.Text}   "
                + $"({answer.Milliseconds:0} ms from {deployment.Gateway}v1/chat/completions)"
                + "\nnext    ./pipeline open · ./pipeline report · ./pipeline run --recipe harmful · ./pipeline demo "
                + "retrain · ./pipeline down";
        }

        Output.Write(parsed, new { result, answer, seconds = RunOutcome.Seconds(report) }, text);
    }
}
