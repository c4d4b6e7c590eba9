using Pipeline.EmbeddedTemporal.Storage;

namespace Pipeline.EmbeddedTemporal.History;

// Runs in memory: all open ones, and recently used closed ones.
internal sealed class RunCache(Engine engine)
{
    private const int ClosedKept = 500;
    private readonly Dictionary<string, Run> _byRunId = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Namespace, string WorkflowId), Run> _current = [];
    private readonly Queue<Run> _closed = new();
    private long _seq;

    public int OpenCount { get; private set; }

    public IEnumerable<Run> Open => _byRunId.Values.Where(r => r.IsOpen);

    public void LoadOpen()
    {
        _seq = engine.Store.MaxSeq();
        foreach (var stored in engine.Store.LoadOpen())
        {
            var run = Run.Restore(engine, stored);
            Keep(run);
            OpenCount++;
        }

        engine.ExecuteUnderGate(tx =>
        {
            foreach (var run in Open.ToList()) run.Resume(tx);
        });
    }

    public void Reset()
    {
        foreach (var run in _byRunId.Values) run.IsDiscarded = true;
        _byRunId.Clear();
        _current.Clear();
        _closed.Clear();
        OpenCount = 0;
    }

    public Run Create(Tx tx, RunState state)
    {
        var run = new Run(engine, ++_seq, state);
        Keep(run);
        OpenCount++;
        tx.Touch(run);
        return run;
    }

    public void Closed(Tx tx, Run run)
    {
        OpenCount--;
        tx.AfterDurable(() =>
        {
            lock (engine.Gate)
            {
                _closed.Enqueue(run);
                while (_closed.Count > ClosedKept) Forget(_closed.Dequeue());
            }
        });
    }

    public Run? FindOpen(string runId) => _byRunId.TryGetValue(runId, out var run) && run.IsOpen ? run : null;

    // The run a child reports to: after a reset the newest run that took its place.
    public Run? FindOpenParent(string runId)
    {
        var run = FindByRunId(runId);
        while (run is { IsOpen: false, State.ResetRunId.Length: > 0 }) run = FindByRunId(run.State.ResetRunId);
        return run is { IsOpen: true } ? run : null;
    }

    public Run? Find(string ns, string workflowId, string runId)
    {
        if (runId.Length == 0) return FindCurrent(ns, workflowId);
        var run = FindByRunId(runId);
        return run is not null && run.State.Namespace == ns && run.State.WorkflowId == workflowId ? run : null;
    }

    public Run? FindByRunId(string runId)
    {
        if (_byRunId.TryGetValue(runId, out var run)) return run;
        return engine.Store.LoadByRunId(runId) is { } stored ? KeepClosed(Run.Restore(engine, stored)) : null;
    }

    public Run? FindCurrent(string ns, string workflowId)
    {
        if (_current.TryGetValue((ns, workflowId), out var run)) return run;
        if (engine.Store.LoadCurrent(ns, workflowId) is not { } stored) return null;
        if (!_byRunId.TryGetValue(stored.State.RunId, out run)) run = KeepClosed(Run.Restore(engine, stored));
        _current[(ns, workflowId)] = run;
        return run;
    }

    // The run a request means, or the error the real server gives.
    public Run Get(string ns, WorkflowExecution? execution) =>
        Get(ns, execution?.WorkflowId ?? "", execution?.RunId ?? "");

    public Run Get(string ns, string workflowId, string runId)
    {
        engine.Namespaces.Get(ns);
        if (workflowId.Length == 0) throw RpcError.Invalid("WorkflowId is not set on request.");
        if (workflowId.Length > Limits.IdLength) throw RpcError.Invalid("WorkflowId length exceeds limit.");
        if (runId.Length > 0 && !Guid.TryParse(runId, out _)) throw RpcError.Invalid("Invalid RunId.");
        return Find(ns, workflowId, runId) ?? throw RpcError.NotFound(runId.Length == 0
            ? $"workflow not found for ID: {workflowId}"
            : $"workflow execution not found for workflow ID \"{workflowId}\" and run ID \"{runId}\"");
    }

    public Run GetOpen(string ns, WorkflowExecution? execution)
    {
        var run = Get(ns, execution);
        return run.IsOpen ? run : throw RpcError.NotFound("workflow execution already completed");
    }

    // Ends the run if it is open, and removes it with its history.
    public void Remove(Tx tx, Run run)
    {
        if (run.IsOpen) run.Terminate(tx, "Delete workflow execution", null, "history-service");
        tx.Drain();
        Delete(tx, run);
    }

    public void Delete(Tx tx, Run run)
    {
        if (run.IsOpen) OpenCount--;
        tx.Dirty.Remove(run);
        tx.Batch.DeletedRuns.Add(run.Seq);
        Forget(run);
        _current.Remove((run.State.Namespace, run.State.WorkflowId));
    }

    // Undoes a failed transaction: the runs it changed are read again from the last commit.
    public void Discard(IEnumerable<Run> runs)
    {
        var flush = new WriteBatch();
        engine.Writer.Enqueue(flush);
        try
        {
            flush.Durable.GetAwaiter().GetResult();
        }
        catch (RpcError)
        {
            // The writer failed as well: the whole engine reloads.
            return;
        }

        foreach (var run in runs)
        {
            run.IsDiscarded = true;
            _byRunId.Remove(run.State.RunId);
            if (_current.TryGetValue((run.State.Namespace, run.State.WorkflowId), out var current)
                && ReferenceEquals(current, run))
                _current.Remove((run.State.Namespace, run.State.WorkflowId));
            if (engine.Store.LoadByRunId(run.State.RunId) is not { } stored) continue;
            var restored = Run.Restore(engine, stored);
            Run.ReleaseWaiters(run);
            Keep(restored);
            if (restored.IsOpen) engine.ExecuteUnderGate(restored.Resume);
        }

        OpenCount = _byRunId.Values.Count(r => r.IsOpen);
    }

    private void Keep(Run run)
    {
        _byRunId[run.State.RunId] = run;
        var key = (run.State.Namespace, run.State.WorkflowId);
        if (!_current.TryGetValue(key, out var current) || current.Seq <= run.Seq) _current[key] = run;
    }

    private Run KeepClosed(Run run)
    {
        // An older run must not pass for the current one.
        _byRunId[run.State.RunId] = run;
        _closed.Enqueue(run);
        while (_closed.Count > ClosedKept) Forget(_closed.Dequeue());
        return run;
    }

    private void Forget(Run run)
    {
        if (_byRunId.TryGetValue(run.State.RunId, out var kept) && ReferenceEquals(kept, run))
            _byRunId.Remove(run.State.RunId);
        var key = (run.State.Namespace, run.State.WorkflowId);
        if (_current.TryGetValue(key, out var current) && ReferenceEquals(current, run)) _current.Remove(key);
    }
}
