using Pipeline.Workflows.Contracts;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Pipeline.Workflows.Deployment;

/// <summary>
/// Watches a run from its canary to its end. A run that is terminated cannot undo anything itself; this child is told
/// and does.
/// </summary>
/// <remarks>
/// What it would restore is known before the run changes anything, so there is no moment in which nobody could.
/// </remarks>
[Workflow]
public sealed class ReleaseGuardWorkflow
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(3);
    private bool _released;

    /// <summary>Waits for the end of the run.</summary>
    /// <param name="input">What was true before the run changed anything.</param>
    /// <returns>What was done.</returns>
    [WorkflowRun]
    public async Task<string> RunAsync(ReleaseGuardInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Workflow.CurrentDetails =
            $"restores version {input.Before.StableVersion} of {input.Before.Route} if the run is terminated";
        try
        {
            await Workflow.WaitConditionAsync(() => _released);
            return "the run came to its end";
        }
        catch (Exception exception) when (TemporalException.IsCanceledException(exception) && !_released)
        {
            await RestoreAsync(input);
            return $"the run was ended from outside; version {input.Before.StableVersion} serves all traffic of "
                + $"{input.Before.Route}";
        }
    }

    /// <summary>Tells that the run has come to its end, or has undone everything itself.</summary>
    /// <returns>A completed task.</returns>
    [WorkflowSignal("release")]
    public Task ReleaseAsync()
    {
        _released = true;
        return Task.CompletedTask;
    }

    // What the run had begun may still be written by a worker for a moment, so what was restored is looked at again.
    private static async Task RestoreAsync(ReleaseGuardInput input)
    {
        var alias = new AliasName(input.Before.Route, input.Alias);
        do
        {
            await SetTrafficAsync(input.Before);
            if (await ReadAliasAsync(alias) == input.Version.Version)
            {
                await MoveBackAsync(input);
            }

            await Workflow.DelayAsync(Settle, CancellationToken.None);
        }
        while (await ReadTrafficAsync(input.Before.Route) != input.Before
            || await ReadAliasAsync(alias) == input.Version.Version);

        var retire = new RetireVersionInput(input.Version, "its run was ended from outside");
        await Workflow.ExecuteActivityAsync(
            (IRegistryActivities a) => a.RetireVersionAsync(retire),
            ActivityPolicies.Compensation($"retire {input.Version.Id}"));
    }

    private static Task<TrafficState> SetTrafficAsync(TrafficState before)
    {
        var order = new SetTrafficInput(
            before, Workflow.Info.WorkflowId, "the run was ended from outside", $"{Workflow.Info.WorkflowId}/restore");
        return Workflow.ExecuteActivityAsync(
            (IDeploymentActivities a) => a.SetTrafficAsync(order),
            ActivityPolicies.Compensation("all traffic to stable"));
    }

    private static Task<TrafficState> ReadTrafficAsync(string route) =>
        Workflow.ExecuteActivityAsync(
            (IDeploymentActivities a) => a.ReadTrafficAsync(route),
            ActivityPolicies.Compensation("read the traffic back"));

    private static Task<int> ReadAliasAsync(AliasName alias) =>
        Workflow.ExecuteActivityAsync(
            (IRegistryActivities a) => a.ReadAliasAsync(alias), ActivityPolicies.Compensation($"read {alias.Alias}"));

    private static Task<AliasMove> MoveBackAsync(ReleaseGuardInput input)
    {
        var order = new MoveAliasInput
        {
            Name = input.Before.Route,
            Alias = input.Alias,
            Version = input.AliasBefore,
            Actor = Workflow.Info.WorkflowId,
            Reason = "the run was ended from outside",
            OperationId = $"{Workflow.Info.WorkflowId}/restore",
        };
        return Workflow.ExecuteActivityAsync(
            (IRegistryActivities a) => a.MoveAliasAsync(order),
            ActivityPolicies.Compensation($"{input.Alias} back to version {input.AliasBefore}"));
    }
}
