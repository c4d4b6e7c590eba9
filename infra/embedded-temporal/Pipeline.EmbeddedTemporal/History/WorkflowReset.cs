namespace Pipeline.EmbeddedTemporal.History;

// Reset: a new run with the history up to a workflow task, to which later signals and updates are applied again.
internal static class WorkflowReset
{
    private const string ResetterIdentity = "history-resetter";

    public static Run Reset(Tx tx, ResetWorkflowExecutionRequest r)
    {
        var engine = tx.Engine;
        var old = engine.Runs.Get(r.Namespace, r.WorkflowExecution);
        var current = engine.Runs.FindCurrent(r.Namespace, old.State.WorkflowId) ?? old;
        if (r.RequestId.Length > 0 && current.State.CreateRequestId == r.RequestId) return current;
        if (r.WorkflowTaskFinishEventId <= 1 || r.WorkflowTaskFinishEventId >= old.State.NextEventId)
            throw RpcError.Invalid("Workflow task finish ID must be > 1 && <= workflow last event ID.");
        var cut = r.WorkflowTaskFinishEventId - 1;
        var kept = old.Events(1, cut);
        CheckCut(kept, r.WorkflowTaskFinishEventId);
        var (signals, updates) = Reapplied(r);
        var later = signals || updates ? Later(engine, old, cut) : [];

        if (current.IsOpen)
            current.Terminate(
                tx, r.Reason, null, ResetterIdentity, keepChildrenUpTo: ReferenceEquals(current, old) ? cut : 0);

        var run = WorkflowStarter.CreateReset(tx, old, kept[0], r.RequestId);
        foreach (var e in kept.Skip(1)) run.Replay(tx, e.Clone());
        run.EndReplay(tx, r.Reason, old.State.RunId);
        foreach (var e in later) run.Reapply(tx, e, signals, updates);
        run.ResumeAfterReset(tx);
        old.State.ResetRunId = run.State.RunId;
        tx.Touch(old);
        return run;
    }

    // A history can only be cut where a workflow task was pending.
    private static void CheckCut(List<HistoryEvent> kept, long finishId)
    {
        var last =
            kept.LastOrDefault(e => e.EventType is EventType.WorkflowTaskScheduled or EventType.WorkflowTaskCompleted
            or EventType.WorkflowTaskFailed or EventType.WorkflowTaskTimedOut);
        if (last?.EventType != EventType.WorkflowTaskScheduled)
            throw RpcError.Invalid(
                $"Can only reset workflow to event ID in range [WorkflowTaskScheduled +1, WorkflowTaskStarted + 1]: "
                    + $"{finishId}");
    }

    private static (bool Signals, bool Updates) Reapplied(ResetWorkflowExecutionRequest r)
    {
        var signals = r.ResetReapplyType != ResetReapplyType.None
            && !r.ResetReapplyExcludeTypes.Contains(ResetReapplyExcludeType.Signal);
        var updates = r.ResetReapplyType is not (ResetReapplyType.None or ResetReapplyType.Signal)
            && !r.ResetReapplyExcludeTypes.Contains(ResetReapplyExcludeType.Update);
        return (signals, updates);
    }

    // What happened after the cut, in this run and in the runs it continued as.
    private static List<HistoryEvent> Later(Engine engine, Run old, long cut)
    {
        var events = old.Events(cut + 1, old.State.NextEventId - 1);
        for (var run = old; run.State is { Status: WorkflowExecutionStatus.ContinuedAsNew, NewRunId.Length: > 0 };)
        {
            if (engine.Runs.FindByRunId(run.State.NewRunId) is not { } next) break;
            events.AddRange(next.Events(1, next.State.NextEventId - 1));
            run = next;
        }

        return events;
    }
}
