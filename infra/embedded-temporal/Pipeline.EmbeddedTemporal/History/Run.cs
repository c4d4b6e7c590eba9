using Pipeline.EmbeddedTemporal.Storage;

namespace Pipeline.EmbeddedTemporal.History;

// One workflow run: its state machines. Every member is used under the engine's gate.
internal sealed partial class Run(Engine engine, long seq, RunState state)
{
    private readonly List<HistoryEvent> _unwritten = [];
    private readonly HashSet<(string Kind, string Id)> _changed = [];
    private List<TaskCompletionSource> _watchers = [];

    public Engine Engine { get; } = engine;

    public long Seq { get; } = seq;

    public RunState State { get; } = state;

    public SortedDictionary<long, ActivityState> Activities { get; } = [];

    public Dictionary<string, TimerState> Timers { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<long, ChildState> Children { get; } = [];

    public Dictionary<long, HistoryEvent> SignalExternals { get; } = [];

    public Dictionary<long, HistoryEvent> CancelExternals { get; } = [];

    public Dictionary<string, UpdateRecord> UpdateRecords { get; } = new(StringComparer.Ordinal);

    public HashSet<string> SignalRequestIds { get; } = new(StringComparer.Ordinal);

    // The newest events, from TailStart on; older ones are in the database.
    public List<HistoryEvent> Tail { get; } = [];

    public long TailStart { get; private set; } = state.NextEventId;

    public DateTime LastUsed { get; set; } = DateTime.UtcNow;

    public bool IsOpen => State.IsOpen;

    // Another object has taken the place of this one; what still refers to it must not act on it.
    public bool IsDiscarded { get; set; }

    public WorkflowExecution Execution => new() { WorkflowId = State.WorkflowId, RunId = State.RunId };

    public NamespaceEntry NamespaceEntry => Engine.Namespaces.Get(State.Namespace);

    // Marks a stored pending item as changed; Flush writes or deletes it.
    private void Mark(string kind, string id) => _changed.Add((kind, id));

    private void Mark(string kind, long id) =>
        Mark(kind, id.ToString("D19", System.Globalization.CultureInfo.InvariantCulture));

    // A start is a transition of its own, also where it shares a transaction with what made the task.
    private void Transit(Tx tx)
    {
        if (tx.Dirty.Contains(this)) State.Transitions++;
        tx.Touch(this);
    }

    public void AddTimer(DateTime due, TimerKind kind, long id, long stamp) =>
        Engine.AddTimer(due, new TimerEntry(State.RunId, kind, id, stamp));

    // Adds what changed to the transaction's batch and wakes watchers once it is durable.
    public void Flush(Tx tx)
    {
        State.Transitions++;
        LastUsed = DateTime.UtcNow;
        foreach (var e in _unwritten) tx.Batch.Events.Add((Schema.EventKey(Seq, e.EventId), e.ToByteArray()));
        _unwritten.Clear();
        foreach (var (kind, id) in _changed) tx.Batch.Pending.Add((Seq, kind, id, PendingJson(kind, id)));
        _changed.Clear();
        tx.Batch.Runs.Add(RunRows.Of(this));
        var committed = State.NextEventId - 1;
        var watchers = _watchers;
        _watchers = [];
        tx.AfterDurable(() => AfterDurable(committed, watchers));
    }

    public Task WatchAsync()
    {
        var watcher = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _watchers.Add(watcher);
        return watcher.Task;
    }

    // Events first..last, from memory and the database. May be called without the gate when the list is a snapshot.
    public static List<HistoryEvent> Collect(
        RunStore store, long seq, long first, long last, long tailStart, List<HistoryEvent> tail)
    {
        var events = first < tailStart ? store.Events(seq, first, Math.Min(last, tailStart - 1)) : [];
        foreach (var e in tail)
        {
            if (e.EventId >= first && e.EventId <= last) events.Add(e);
        }

        return events;
    }

    public List<HistoryEvent> Events(long first, long last) => Collect(Engine.Store, Seq, first, last, TailStart, Tail);

    public HistoryEvent Event(long id) => Events(id, id).Single();

    private void AfterDurable(long committed, List<TaskCompletionSource> watchers)
    {
        lock (Engine.Gate)
        {
            // Keep what the next sticky task needs; the rest can be read from the database.
            var keepFrom = State.IsOpen ? State.LastCompletedStartedId + 1 : State.NextEventId;
            var drop = (int)Math.Max(0, Math.Min(committed + 1, keepFrom) - TailStart);
            if (drop > 0)
            {
                Tail.RemoveRange(0, Math.Min(drop, Tail.Count));
                TailStart += drop;
            }
        }

        foreach (var watcher in watchers) watcher.TrySetResult();
    }
}
