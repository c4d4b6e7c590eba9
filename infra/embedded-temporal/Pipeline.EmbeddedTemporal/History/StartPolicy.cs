using Pipeline.EmbeddedTemporal.Frontend;

namespace Pipeline.EmbeddedTemporal.History;

// Starts a run, or finds the one that the request's id policies settle for.
internal static class StartPolicy
{
    public static (Run Run, bool Started) Start(
        Tx tx, StartWorkflowExecutionRequest r, SignalWithStartWorkflowExecutionRequest? signal,
        Func<Run, bool>? useClosed = null, string scheduleId = "")
    {
        StartChecks.Check(tx.Engine.Namespaces.Get(r.Namespace), r);
        if (tx.Engine.Runs.FindCurrent(r.Namespace, r.WorkflowId) is { } current)
        {
            if (r.RequestId.Length > 0 && current.State.CreateRequestId == r.RequestId) return (current, true);
            if (current.IsOpen)
            {
                var terminate = r.WorkflowIdReusePolicy == WorkflowIdReusePolicy.TerminateIfRunning
                    || r.WorkflowIdConflictPolicy == WorkflowIdConflictPolicy.TerminateExisting;
                if (r.WorkflowIdConflictPolicy == WorkflowIdConflictPolicy.UseExisting)
                {
                    if (r.OnConflictOptions is { } options) current.Attach(tx, options, r.RequestId, r.Links);
                    return (current, false);
                }

                if (!terminate) throw IdPolicies.AlreadyRunning(current);
                current.Terminate(tx, "TerminateIfRunning WorkflowIdReusePolicy Policy", null, "history-service");
            }
            else if (useClosed?.Invoke(current) == true)
            {
                return (current, false);
            }
            else if (IdPolicies.Problem(current, r.WorkflowIdReusePolicy) is { } problem)
            {
                throw problem;
            }
        }

        var run = WorkflowStarter.Start(tx, r, scheduleId);
        if (signal is not null)
            run.Signal(tx, signal.SignalName, signal.SignalInput, signal.Identity, signal.Header, signal.RequestId,
                schedule: false, links: signal.Links);
        WorkflowStarter.Launch(tx, run);
        return (run, true);
    }
}
