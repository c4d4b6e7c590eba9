using System.CommandLine;
using Pipeline.Cli.Runs;
using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;

namespace Pipeline.Cli.Commands;

/// <summary><c>start</c>, <c>status</c>, <c>report</c>: begin and look at runs.</summary>
internal static class StatusCommands
{
    private static readonly Argument<string?> Run = new("run")
    {
        Description = "id of the run",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static IEnumerable<Command> All() => [Start(), Status(), Report()];

    private static Command Start()
    {
        var what = new Argument<string>("input")
        {
            Description = "recipe of workflows/recipes, a JSON file, or JSON; {} takes every default",
        };
        var command = new Command("start", "start a run and return") { what };
        command.SetAction(async (parsed, _) =>
        {
            var (settings, _) = CommonOptions.Load(parsed);
            var input = RunInputFile.Read(parsed.GetRequiredValue(what), Owner.Name);
            var handle = await (await RunClient.ConnectAsync(settings)).StartAsync(input);
            return Output.Write(parsed, new { id = handle.Id }, handle.Id);
        });
        return command;
    }

    private static Command Status()
    {
        var watch = new Option<bool>("--watch") { Description = "follow the run until it ends" };
        var command = new Command("status", "runs of the engine, or the stages of one run") { Run, watch };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (settings, _) = CommonOptions.Load(parsed);
            var runs = await RunClient.ConnectAsync(settings);
            if (parsed.GetValue(Run) is not { } id && !parsed.GetValue(watch))
            {
                return await ListAsync(runs.Client, parsed);
            }

            var handle = runs.Find(parsed.GetValue(Run));
            if (parsed.GetValue(watch))
            {
                return await RunWatch.FollowAsync(
                    runs, handle, [], parsed.GetValue(CommonOptions.Json),
                    (result, report) => Task.FromResult(
                        Output.Write(parsed, new { result, seconds = RunOutcome.Seconds(report) },
                            RunOutcome.Describe(result, report))),
                    cancellation);
            }

            var report = await handle.QueryAsync(wf => wf.Report);
            return Output.Write(parsed, report, TextOf(report));
        });
        return command;
    }

    private static Command Report()
    {
        var command = new Command("report", "path of the HTML report of a run") { Run };
        command.SetAction(async (parsed, _) =>
        {
            var (settings, _) = CommonOptions.Load(parsed);
            var handle = (await RunClient.ConnectAsync(settings)).Find(parsed.GetValue(Run));
            if ((await handle.DescribeAsync()).Status == WorkflowExecutionStatus.Running)
            {
                return await CommandLine.FailAsync(
                    $"{handle.Id} goes on; its report is written at its end; ./pipeline status {handle.Id} shows it "
                        + "now", ExitCodes.BadInput);
            }

            return (await handle.GetResultAsync()).Report is { } report
                ? Output.Write(parsed, report, report.Path)
                : await CommandLine.FailAsync(
                    $"{handle.Id} has no report; ./pipeline logs worker-cpu shows why", ExitCodes.BadInput);
        });
        return command;
    }

    private static async Task<int> ListAsync(ITemporalClient client, ParseResult parsed)
    {
        var rows = new List<RunRow>();
        await foreach (var run in client.ListWorkflowsAsync("WorkflowType = 'FineTuneWorkflow'"))
        {
            var attributes = run.TypedSearchAttributes;
            rows.Add(new RunRow(
                run.Id, run.Status.ToString(),
                attributes.TryGetValue(SearchAttributes.Stage, out string? stage) ? stage : "",
                attributes.TryGetValue(SearchAttributes.Verdict, out string? verdict) ? verdict : "", run.StartTime));
        }

        return Output.Write(
            parsed, rows,
            string.Join(
                '\n', rows.Select(
                    row => $"{row.Id,-48} {row.State,-10} {row.Stage,-13} {row.Verdict,-17} {row.Started:u}")
                    .DefaultIfEmpty("no run yet; ./pipeline run starts one")));
    }

    private static string TextOf(RunReport report) =>
        string.Join(
            '\n', report.Stages.Select(LineOf)
                .Prepend($"{report.WorkflowId}  {report.Verdict?.ToString() ?? "goes on"}  {report.Reason}"));

    private static string LineOf(StageStatus stage)
    {
        var seconds = stage is { Began: { } began, Ended: { } ended }
            ? $"{(ended - began).TotalSeconds,8:0.0} s" : "          ";
        return $"{stage.Name,-13} {stage.State,-8}{seconds}  {stage.Summary?.Text ?? stage.Failure?.Message}";
    }

    private sealed record RunRow(string Id, string State, string? Stage, string? Verdict, DateTime Started);
}
