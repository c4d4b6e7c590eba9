using Pipeline.EmbeddedTemporal.Storage;

namespace Pipeline.EmbeddedTemporal.History;

// Pending items as stored rows.
internal sealed partial class Run
{
    private const string ActivityKind = "activity";
    private const string TimerItem = "timer";
    private const string ChildKind = "child";
    private const string SignalExternalKind = "signal-external";
    private const string CancelExternalKind = "cancel-external";
    private const string UpdateKind = "update";
    private const string SignalRequestKind = "signal-request";
    private const string BufferedKind = "buffered";

    public static Run Restore(Engine engine, StoredRun stored)
    {
        var run = new Run(engine, stored.Seq, stored.State);
        foreach (var (kind, id, data) in stored.Pending) run.RestoreItem(kind, id, data);
        run._buffered.Sort((a, b) => a.Order.CompareTo(b.Order));
        run.RestoreUpdates();
        return run;
    }

    private string? PendingJson(string kind, string id) => kind switch
    {
        ActivityKind => Activities.TryGetValue(Number(id), out var a) ? StateJson.Write(a) : null,
        TimerItem => Timers.TryGetValue(id, out var t) ? StateJson.Write(t) : null,
        ChildKind => Children.TryGetValue(Number(id), out var c) ? StateJson.Write(c) : null,
        SignalExternalKind => SignalExternals.TryGetValue(Number(id), out var s) ? StateJson.Write(s) : null,
        CancelExternalKind => CancelExternals.TryGetValue(Number(id), out var x) ? StateJson.Write(x) : null,
        UpdateKind => UpdateRecords.TryGetValue(id, out var u) ? StateJson.Write(u) : null,
        SignalRequestKind => SignalRequestIds.Contains(id) ? "{}" : null,
        BufferedKind => BufferedEvent(Number(id)) is { } b ? StateJson.Write(b) : null,
        _ => throw new InvalidOperationException($"Unknown pending kind {kind}."),
    };

    private void RestoreItem(string kind, string id, string data)
    {
        switch (kind)
        {
            case ActivityKind:
                Activities[Number(id)] = StateJson.Read<ActivityState>(data);
                break;
            case TimerItem:
                Timers[id] = StateJson.Read<TimerState>(data);
                break;
            case ChildKind:
                Children[Number(id)] = StateJson.Read<ChildState>(data);
                break;
            case SignalExternalKind:
                SignalExternals[Number(id)] = StateJson.Read<HistoryEvent>(data);
                break;
            case CancelExternalKind:
                CancelExternals[Number(id)] = StateJson.Read<HistoryEvent>(data);
                break;
            case UpdateKind:
                UpdateRecords[id] = StateJson.Read<UpdateRecord>(data);
                break;
            case SignalRequestKind:
                SignalRequestIds.Add(id);
                break;
            case BufferedKind:
                _buffered.Add((Number(id), StateJson.Read<HistoryEvent>(data)));
                break;
            default:
                throw new DatabaseException($"Run {State.RunId} has a pending item of the unknown kind {kind}.");
        }
    }

    private static long Number(string id) => long.Parse(id, System.Globalization.CultureInfo.InvariantCulture);
}
