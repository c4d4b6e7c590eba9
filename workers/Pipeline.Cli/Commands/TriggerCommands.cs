using System.CommandLine;
using Pipeline.Cli.Runs;
using Pipeline.Cli.Services;
using Pipeline.Hosting.Storage;
using Pipeline.Registry.Storage;
using Pipeline.Workflows;
using Pipeline.Workflows.Triggers;
using Temporalio.Client;

namespace Pipeline.Cli.Commands;

/// <summary><c>trigger</c> and <c>demo</c>: new data starts retraining.</summary>
internal static class TriggerCommands
{
    private static readonly Option<string> Recipe = new("--recipe") { Description = "recipe of the runs", DefaultValueFactory = _ => "debian-sections" };

    public static IEnumerable<Command> All() => [Trigger(), Demo()];

    private static Command Trigger()
    {
        var prefix = new Argument<string>("prefix") { Description = "prefix in the object store that got new objects" };
        var command = new Command("trigger", "tell the trigger of a prefix that objects arrived; starts the trigger when there is none") { prefix, Recipe };
        command.SetAction(async (parsed, _) =>
        {
            var (settings, _) = CommonOptions.Load(parsed);
            var runs = await RunClient.ConnectAsync(settings);
            var input = new TriggerInput { Prefix = parsed.GetRequiredValue(prefix), Run = RunInputFile.Read(parsed.GetRequiredValue(Recipe), Owner.Name) };
            Console.Out.WriteLine((await SignalAsync(runs.Client, input, "command line")).Id);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Demo()
    {
        var what = new Argument<string>("what") { Description = "retrain" };
        what.AcceptOnlyFromAmong("retrain");
        var command = new Command("demo", "demo retrain: rows arrive in the store and start exactly one run") { what };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (settings, _) = CommonOptions.Load(parsed);
            await ServiceControl.UpAsync(settings, CommonOptions.Forwarded(parsed), cancellation);
            var runs = await RunClient.ConnectAsync(settings);
            var store = await StoreFactory.OpenAsync(settings.Store, Checkout.Root, cancellation);
            return await new RetrainDemo(runs, store).RunAsync(cancellation);
        });
        return command;
    }

    internal static async Task<WorkflowHandle<RetrainTriggerWorkflow>> SignalAsync(ITemporalClient client, TriggerInput input, string note)
    {
        var options = new WorkflowOptions(WorkflowIds.Trigger(input.Prefix), TaskQueues.Pipeline);
        var news = new DataNews(note);
        options.SignalWithStart((RetrainTriggerWorkflow wf) => wf.NewDataAsync(news));
        return await client.StartWorkflowAsync((RetrainTriggerWorkflow wf) => wf.RunAsync(input), options);
    }
}
