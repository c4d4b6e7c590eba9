namespace Pipeline.EmbeddedTemporal.Core;

// A due time. Owner is a run id or a schedule's key; Id and Stamp let the owner recognise a stale entry.
internal readonly record struct TimerEntry(
    string Owner, TimerKind Kind, long Id, long Stamp, Action<Tx>? Callback = null);

// All due times in order. Entries are never removed: whoever they concern ignores what no longer applies.
internal sealed class TimerQueue
{
    private readonly PriorityQueue<TimerEntry, (long Due, long Order)> _queue = new();
    private long _order;

    public DateTime? NextDue => _queue.TryPeek(out _, out var key) ? new DateTime(key.Due, DateTimeKind.Utc) : null;

    public int Count => _queue.Count;

    public void Add(DateTime due, TimerEntry entry) => _queue.Enqueue(entry, (due.Ticks, _order++));

    public bool TryTakeDue(DateTime now, out TimerEntry entry, out DateTime due)
    {
        due = default;
        if (!_queue.TryPeek(out entry, out var key) || key.Due > now.Ticks) return false;
        due = new DateTime(key.Due, DateTimeKind.Utc);
        _queue.Dequeue();
        return true;
    }

    public bool TryPeek(out TimerEntry entry, out DateTime due)
    {
        var found = _queue.TryPeek(out entry, out var key);
        due = found ? new DateTime(key.Due, DateTimeKind.Utc) : default;
        return found;
    }

    public void DropFirst() => _queue.TryDequeue(out _, out _);

    public void Clear() => _queue.Clear();
}
