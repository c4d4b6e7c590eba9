using Temporalio.Api.TaskQueue.V1;

namespace Pipeline.EmbeddedTemporal.Matching;

// One task queue of one type: waiting pollers on one side, waiting tasks on the other.
internal sealed class MatchQueue
{
    private readonly LinkedList<Poller> _pollers = new();
    private readonly PriorityQueue<MatchItem, (int Priority, double Turn, long Order)> _backlog = new();
    private readonly FairTurns _turns = new();
    private readonly Dictionary<string, PollerInfo> _seen = new(StringComparer.Ordinal);
    private readonly RateMeter _added = new();
    private readonly RateMeter _dispatched = new();
    private long _order;
    private double _tokens;
    private DateTime _tokensAt = DateTime.UtcNow;

    public DateTime LastPoll { get; private set; }

    public double? RatePerSecond { get; set; }

    public int Waiting => _pollers.Count;

    public int Backlog => _backlog.Count;

    public float AddRate => _added.Rate;

    public float DispatchRate => _dispatched.Rate;

    public IEnumerable<MatchItem> ValidBacklog => _backlog.UnorderedItems.Select(i => i.Element).Where(i => i.IsValid);

    public IEnumerable<PollerInfo> Seen(DateTime since) =>
        _seen.Values.Where(p => p.LastAccessTime.ToDateTime() >= since).OrderByDescending(p => p.LastAccessTime);

    public void Saw(WorkerIdentity worker, double rate, WorkerVersionCapabilities? capabilities)
    {
        LastPoll = DateTime.UtcNow;
        if (_seen.Count > 1000) _seen.Clear();
        _seen[worker.Identity] = new PollerInfo
        {
            Identity = worker.Identity,
            LastAccessTime = LastPoll.Proto(),
            RatePerSecond = rate,
            WorkerVersionCapabilities = capabilities,
            DeploymentOptions = worker.Deployment,
        };
    }

    public void Offer(Tx tx, MatchItem item)
    {
        _added.Add();
        if (RatePerSecond is null && _backlog.Count == 0)
        {
            while (_pollers.First is { } first)
            {
                _pollers.RemoveFirst();
                if (first.Value.IsGone) continue;
                Hand(tx, item, first.Value);
                return;
            }
        }

        _backlog.Enqueue(item, (item.Priority, _turns.Next(item), _order++));
        Pump(tx);
    }

    public void Add(Tx tx, Poller poller)
    {
        _pollers.AddLast(poller);
        Pump(tx);
    }

    public void Remove(Poller poller) => _pollers.Remove(poller);

    public void ForgetPollers()
    {
        foreach (var poller in _pollers) poller.Give(null, Task.CompletedTask);
        _pollers.Clear();
        LastPoll = default;
        _seen.Clear();
    }

    public List<MatchItem> DrainBacklog()
    {
        var items = _backlog.UnorderedItems.OrderBy(i => i.Priority).Select(i => i.Element).Where(i => i.IsValid)
            .ToList();
        _backlog.Clear();
        _turns.Forget();
        return items;
    }

    // Matches waiting tasks with waiting pollers as far as the rate allows.
    public void Pump(Tx tx)
    {
        while (_pollers.First is { } first && _backlog.TryPeek(out var item, out var place))
        {
            if (first.Value.IsGone)
            {
                _pollers.RemoveFirst();
                continue;
            }

            if (!item.IsValid)
            {
                _backlog.Dequeue();
                continue;
            }

            if (!TakeToken(tx)) return;
            _backlog.Dequeue();
            _turns.Served(place.Priority, place.Turn);
            if (_backlog.Count == 0) _turns.Forget();
            _pollers.RemoveFirst();
            Hand(tx, item, first.Value);
        }
    }

    private void Hand(Tx tx, MatchItem item, Poller poller)
    {
        if (!item.IsValid)
        {
            _pollers.AddFirst(poller);
            return;
        }

        _dispatched.Add();
        var task = item.Start(tx, poller);
        poller.Give(task, tx.Batch.Durable);
    }

    private bool TakeToken(Tx tx)
    {
        if (RatePerSecond is not { } rate) return true;
        if (rate <= 0) return false;
        var now = DateTime.UtcNow;
        _tokens = Math.Min(Math.Max(1, rate), _tokens + ((now - _tokensAt).TotalSeconds * rate));
        _tokensAt = now;
        if (_tokens >= 1)
        {
            _tokens--;
            return true;
        }

        tx.Engine.AddTimer(tx.Now.AddSeconds((1 - _tokens) / rate), new TimerEntry("", TimerKind.Callback, 0, 0, Pump));
        return false;
    }
}
