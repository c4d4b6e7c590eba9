using Pipeline.EmbeddedTemporal.History;
using Pipeline.EmbeddedTemporal.Storage;
using Temporalio.Api.Schedule.V1;

namespace Pipeline.EmbeddedTemporal.Schedules;

// All schedules, their timers and their storage. Used under the engine's gate.
internal sealed class ScheduleService(Engine engine)
{
    private const string Kind = "schedule";
    private readonly Dictionary<(string Namespace, string Id), ScheduleRecord> _schedules = [];
    private readonly Dictionary<ScheduleRecord, long> _stamps = [];
    private long _stamp;

    public IEnumerable<ScheduleRecord> Of(string ns) =>
        _schedules.Values.Where(s => s.Namespace == ns).OrderByDescending(s => s.CreateTime)
            .ThenBy(s => s.ScheduleId, StringComparer.Ordinal);

    public ScheduleRecord? Find(string ns, string id) => _schedules.GetValueOrDefault((ns, id));

    public ScheduleRecord Get(string ns, string id)
    {
        engine.Namespaces.Get(ns);
        return Find(ns, id) ?? throw RpcError.NotFound($"workflow not found for ID: temporal-sys-scheduler:{id}");
    }

    public void Load()
    {
        _schedules.Clear();
        _stamps.Clear();
        foreach (var (ns, id, data) in engine.Store.Entities(Kind)) _schedules[(ns, id)] =
            StateJson.Read<ScheduleRecord>(data);
        foreach (var state in _schedules.Values) Arm(state, engine.Clock.UtcNow);
    }

    public void Add(Tx tx, ScheduleRecord state, SchedulePatch? patch)
    {
        _schedules[(state.Namespace, state.ScheduleId)] = state;
        Apply(tx, state, patch);
    }

    public void Remove(Tx tx, ScheduleRecord state)
    {
        _schedules.Remove((state.Namespace, state.ScheduleId));
        _stamps.Remove(state);
        tx.Batch.Entities.Add((Kind, state.Namespace, state.ScheduleId, null));
    }

    // A patch, or nothing: what is due meanwhile is dealt with, and everything is stored.
    public void Apply(Tx tx, ScheduleRecord state, SchedulePatch? patch)
    {
        var runner = new ScheduleRunner(state);
        runner.Process(tx);
        if (patch is not null)
        {
            if (patch.Pause.Length > 0) SetPaused(state, true, patch.Pause);
            if (patch.Unpause.Length > 0) SetPaused(state, false, patch.Unpause);
            if (patch.TriggerImmediately is { } trigger)
                runner.Trigger(tx, trigger.OverlapPolicy, trigger.ScheduledTime?.ToDateTime());
            foreach (var backfill in patch.BackfillRequest) runner.Backfill(tx, backfill);
        }

        Store(tx, state);
        Arm(state, tx.Now);
    }

    public void OnClosed(Tx tx, Run run, HistoryEvent close)
    {
        if (Find(run.State.Namespace, run.State.ScheduleId) is not { } state) return;
        new ScheduleRunner(state).OnClosed(tx, run, close);
        Store(tx, state);
    }

    private static void SetPaused(ScheduleRecord state, bool paused, string note)
    {
        state.Schedule.State.Paused = paused;
        state.Schedule.State.Notes = note;
        state.Version++;
    }

    private static void Store(Tx tx, ScheduleRecord state) =>
        tx.Batch.Entities.Add((Kind, state.Namespace, state.ScheduleId, StateJson.Write(state)));

    private void Arm(ScheduleRecord state, DateTime now)
    {
        if (new ScheduleRunner(state).NextDue is not { } due) return;
        var stamp = _stamps[state] = ++_stamp;
        engine.AddTimer(due < now ? now : due, new TimerEntry(state.ScheduleId, TimerKind.Callback, 0, stamp, tx =>
        {
            if (_stamps.TryGetValue(state, out var current) && current == stamp) Apply(tx, state, null);
        }));
    }
}
