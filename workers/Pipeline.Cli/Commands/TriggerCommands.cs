using System.CommandLine;
using Pipeline.Cli.Runs;
using Pipeline.Cli.Services;
using Pipeline.Hosting.Storage;
using Pipeline.Workflows;
using Pipeline.Workflows.Inputs;
using Pipeline.Workflows.Triggers;
using Temporalio.Client;

namespace Pipeline.Cli.Commands;

/// <summary><c>trigger</c> and <c>demo</c>: new data starts retraining.</summary>
internal static class TriggerCommands
{
    private const string StoreScheme = "store:";
    private static readonly Option<string> Recipe = new("--recipe")
    {
        Description = "recipe of the runs",
        DefaultValueFactory = _ => "debian-sections",
    };

    public static IEnumerable<Command> All() => [Trigger(), Demo()];

    private static Command Trigger()
    {
        var prefix = new Argument<string>("prefix") { Description = "prefix in the object store that got new objects" };
        var command = new Command(
            "trigger",
            "tell the trigger of a prefix that objects arrived; starts the trigger when there is none") { prefix,
                Recipe };
        command.SetAction(async (parsed, _) =>
        {
            var (settings, _) = CommonOptions.Load(parsed);
            var runs = await RunClient.ConnectAsync(settings);
            var input = new TriggerInput { Prefix = parsed.GetRequiredValue(prefix) };
            input = input with
            { Run = RowsOf(input.Prefix, RunInputFile.Read(parsed.GetRequiredValue(Recipe), Owner.Name)) };
            var handle = await SignalAsync(runs.Client, input, "command line");
            return Output.Write(
                parsed, new { id = handle.Id, source = input.Run.Data.Source },
                $"{handle.Id} is told; after {input.Debounce.TotalSeconds:0} s without news it decides about a run on "
                    + $"{input.Run.Data.Source}; ./pipeline open shows its decisions");
        });
        return command;
    }

    private static Command Demo()
    {
        var what = new Argument<string>("what") { Description = "retrain" };
        what.AcceptOnlyFromAmong("retrain");
        var approveAs = new Option<string[]>("--approve-as")
        {
            Description = "follow the run to its end and approve it in this name",
            DefaultValueFactory = _ => [],
        };
        var command =
            new Command("demo", "demo retrain: rows arrive in the store and start exactly one run") { what, approveAs };
        command.SetAction((parsed, cancellation) => DemoAsync(parsed, parsed.GetValue(approveAs) ?? [], cancellation));
        return command;
    }

    private static async Task<int> DemoAsync(ParseResult parsed, string[] approvers, CancellationToken cancellation)
    {
        var (settings, _) = CommonOptions.Load(parsed);
        await ServiceControl.UpAsync(settings, CommonOptions.Forwarded(parsed), cancellation);
        var runs = await RunClient.ConnectAsync(settings);
        var store = await StoreFactory.OpenAsync(settings.Store, Checkout.Root, cancellation);
        var shown = await new RetrainDemo(runs, store).RunAsync(Console.Error, cancellation);
        if (shown.Started != 1)
        {
            return await CommandLine.FailAsync(
                $"{shown.Started} runs were started for one arrival", ExitCodes.Integrity);
        }

        if (approvers.Length == 0)
        {
            return Output.Write(parsed, shown,
                $"run     {shown.Run} is the only one in flight; follow it with ./pipeline status {shown.Run} --watch");
        }

        return await RunWatch.FollowAsync(
            runs, runs.Find(shown.Run), approvers, parsed.GetValue(CommonOptions.Json),
            (result, report) => Task.FromResult(
                Output.Write(parsed, new { shown, result }, RunOutcome.Describe(result, report))), cancellation);
    }

    // What arrived is what is trained on, in one of the usual formats, unless the recipe names rows of the store
    // itself.
    private static FineTuneInput RowsOf(string prefix, FineTuneInput recipe) =>
        recipe.Data.Source.StartsWith(StoreScheme, StringComparison.Ordinal)
        ? recipe
        : recipe with
        {
            Data = recipe.Data with { Source = StoreScheme + prefix, StratifyBy = "", TextFields = [] },
            Dataset = recipe.Dataset with { Task = "auto" },
        };

    internal static async Task<WorkflowHandle<RetrainTriggerWorkflow>> SignalAsync(
        ITemporalClient client, TriggerInput input, string note)
    {
        var options = new WorkflowOptions(WorkflowIds.Trigger(input.Prefix), TaskQueues.Pipeline);
        var news = new DataNews(note);
        options.SignalWithStart((RetrainTriggerWorkflow wf) => wf.NewDataAsync(news));
        return await client.StartWorkflowAsync((RetrainTriggerWorkflow wf) => wf.RunAsync(input), options);
    }
}
