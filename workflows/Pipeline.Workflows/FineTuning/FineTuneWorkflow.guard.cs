using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Deployment;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Pipeline.Workflows.FineTuning;

/// <content>The child that undoes what a terminated run cannot undo itself.</content>
public sealed partial class FineTuneWorkflow
{
    private ChildWorkflowHandle<ReleaseGuardWorkflow, string>? _guard;

    // Before the first change outside; a second try of the canary has its guard already.
    private async Task GuardAsync(RegisteredVersion version)
    {
        if (_guard is not null)
        {
            return;
        }

        var (route, alias) = (_input.Package.Name, new AliasName(_input.Package.Name, _input.Package.Alias));
        var before = await Workflow.ExecuteActivityAsync(
            (IDeploymentActivities a) => a.ReadTrafficAsync(route),
            Stoppable(ActivityPolicies.Quick("traffic before the canary")));
        var named = await Workflow.ExecuteActivityAsync(
            (IRegistryActivities a) => a.ReadAliasAsync(alias),
            Stoppable(ActivityPolicies.Quick($"{alias.Alias} before the canary")));
        var order = new ReleaseGuardInput
        {
            Version = version,
            Before = before with { CandidateVersion = 0, CandidatePercent = 0 },
            Alias = alias.Alias,
            AliasBefore = named,
        };
        _guard = await Workflow.StartChildWorkflowAsync((ReleaseGuardWorkflow wf) => wf.RunAsync(order), new()
        {
            Id = WorkflowIds.Guard(Workflow.Info.WorkflowId, ++_rounds),
            ParentClosePolicy = ParentClosePolicy.RequestCancel,
            CancellationToken = CancellationToken.None,
        });
    }

    // Waited for, so that it is gone before the next run of the same route begins.
    private async Task ReleaseGuardAsync()
    {
        if (_guard is not { } guard)
        {
            return;
        }

        _guard = null;
        try
        {
            await guard.SignalAsync(wf => wf.ReleaseAsync(), new() { CancellationToken = CancellationToken.None });
            await guard.GetResultAsync();
        }
        catch (FailureException)
        {
            // Somebody ended the guard; there is nothing left to guard.
        }
    }
}
