using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;
using Temporalio.Client;

namespace Pipeline.Cli.Runs;

/// <summary>Follows a run for a verb: Ctrl-C leaves the run alone and says how to come back.</summary>
internal static class RunWatch
{
    /// <summary>Follows a run.</summary>
    /// <param name="runs">Connection.</param>
    /// <param name="handle">The run.</param>
    /// <param name="approvers">Approves in these names without asking.</param>
    /// <param name="json">Whether the answer is JSON.</param>
    /// <param name="show">Shows the end.</param>
    /// <param name="cancellation">Ctrl-C.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> FollowAsync(
        RunClient runs, WorkflowHandle<FineTuneWorkflow, FineTuneResult> handle, IReadOnlyList<string> approvers,
        bool json,
        Func<FineTuneResult, RunReport, Task> show, CancellationToken cancellation)
    {
        var follower = new RunFollower(runs, handle, approvers);
        FineTuneResult? result;
        try
        {
            result = await follower.FollowAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync(
                $"\nthe run goes on; come back with ./pipeline status {handle.Id} --watch, or end it with ./pipeline "
                    + $"abort {handle.Id} --reason TEXT");
            if (json)
            {
                Output.WriteJson(new { id = handle.Id, goesOn = true });
            }

            return CommandLine.Interrupted;
        }

        var report = await handle.QueryAsync(wf => wf.Report);
        if (result is null)
        {
            if (json)
            {
                Output.WriteJson(report);
            }

            return ErrorTypes.ExitCodeOf(follower.Parked?.Failure?.ErrorType);
        }

        await show(result, report);
        return RunOutcome.ExitCodeOf(result);
    }
}
