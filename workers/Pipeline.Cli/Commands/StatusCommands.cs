using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Runs;
using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;
using Pipeline.Workflows.Json;
using Temporalio.Client;

namespace Pipeline.Cli.Commands;

/// <summary><c>start</c>, <c>status</c>, <c>report</c>: begin and look at runs.</summary>
internal static class StatusCommands
{
    private static readonly Argument<string?> Run = new("run") { Description = "id of the run", Arity = ArgumentArity.ZeroOrOne };

    public static IEnumerable<Command> All() => [Start(), Status(), Report()];

    private static Command Start()
    {
        var what = new Argument<string>("input") { Description = "recipe of workflows/recipes, a JSON file, or JSON; {} takes every default" };
        var command = new Command("start", "start a run and return") { what, CommonOptions.Json };
        command.SetAction(async (parsed, _) =>
        {
            var (settings, _) = CommonOptions.Load(parsed);
            var input = RunInputFile.Read(parsed.GetRequiredValue(what), Owner.Name);
            var handle = await (await RunClient.ConnectAsync(settings)).StartAsync(input);
            Console.Out.WriteLine(parsed.GetValue(CommonOptions.Json) ? JsonSerializer.Serialize(new { id = handle.Id }, PipelineJson.Options) : handle.Id);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Status()
    {
        var watch = new Option<bool>("--watch") { Description = "follow the run until it ends" };
        var command = new Command("status", "runs of the engine, or the stages of one run") { Run, watch, CommonOptions.Json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (settings, _) = CommonOptions.Load(parsed);
            var runs = await RunClient.ConnectAsync(settings);
            if (parsed.GetValue(Run) is not { } id && !parsed.GetValue(watch))
            {
                return await ListAsync(runs.Client, parsed.GetValue(CommonOptions.Json));
            }

            var handle = runs.Find(parsed.GetValue(Run));
            if (parsed.GetValue(watch))
            {
                var result = await new RunFollower(runs, handle, approveAs: null).FollowAsync(cancellation);
                return result is null ? 1 : RunOutcome.ExitCodeOf(result);
            }

            Show(await handle.QueryAsync(wf => wf.Report), parsed.GetValue(CommonOptions.Json));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Report()
    {
        var command = new Command("report", "path of the HTML report of a run") { Run };
        command.SetAction(async (parsed, _) =>
        {
            var (settings, _) = CommonOptions.Load(parsed);
            var result = await (await RunClient.ConnectAsync(settings)).Find(parsed.GetValue(Run)).GetResultAsync();
            Console.Out.WriteLine(result.Report?.Path ?? "the run has no report");
            return result.Report is null ? ExitCodes.BadInput : ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<int> ListAsync(ITemporalClient client, bool json)
    {
        var rows = new List<RunRow>();
        await foreach (var run in client.ListWorkflowsAsync("WorkflowType = 'FineTuneWorkflow'"))
        {
            var attributes = run.TypedSearchAttributes;
            rows.Add(new RunRow(
                run.Id, run.Status.ToString(), attributes.TryGetValue(SearchAttributes.Stage, out string? stage) ? stage : "",
                attributes.TryGetValue(SearchAttributes.Verdict, out string? verdict) ? verdict : "", run.StartTime));
        }

        Console.Out.WriteLine(json
            ? JsonSerializer.Serialize(rows, PipelineJson.Options)
            : string.Join('\n', rows.Select(row => $"{row.Id,-48} {row.State,-10} {row.Stage,-13} {row.Verdict,-14} {row.Started:u}").DefaultIfEmpty("no run yet; ./pipeline run starts one")));
        return ExitCodes.Ok;
    }

    private static void Show(RunReport report, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(report, PipelineJson.Options));
            return;
        }

        Console.Out.WriteLine($"{report.WorkflowId}  {report.Verdict?.ToString() ?? "goes on"}  {report.Reason}");
        foreach (var stage in report.Stages)
        {
            var seconds = stage is { Began: { } began, Ended: { } ended } ? $"{(ended - began).TotalSeconds,8:0.0} s" : "          ";
            Console.Out.WriteLine($"{stage.Name,-13} {stage.State,-8}{seconds}  {stage.Summary?.Text ?? stage.Failure?.Message}");
        }
    }

    private sealed record RunRow(string Id, string State, string? Stage, string? Verdict, DateTime Started);
}
