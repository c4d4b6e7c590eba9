using Pipeline.EmbeddedTemporal.Deployments;
using Temporalio.Api.TaskQueue.V1;

namespace Pipeline.EmbeddedTemporal.Matching;

// All task queues. Tasks meet pollers in the transaction that creates either.
internal sealed class MatchingService(Engine engine)
{
    private readonly Dictionary<(string Namespace, string Name, TaskQueueType Type, DeploymentVersion? Version),
        MatchQueue> _queues = [];

    public MatchQueue Queue(string ns, string name, TaskQueueType type, DeploymentVersion? version)
    {
        if (!_queues.TryGetValue((ns, name, type, version), out var queue))
            _queues[(ns, name, type, version)] = queue = new MatchQueue();
        return queue;
    }

    public MatchQueue? Find(string ns, string name, TaskQueueType type, DeploymentVersion? version = null) =>
        _queues.GetValueOrDefault((ns, name, type, version));

    // The queue as people see it: its part for unversioned workers and the parts of all versions.
    public List<MatchQueue> FindAll(string ns, string name, TaskQueueType type)
    {
        var parts = engine.Deployments.VersionsOf(ns, name, type).Select(v => Find(ns, name, type, v));
        return [.. parts.Prepend(Find(ns, name, type)).OfType<MatchQueue>()];
    }

    public void Offer(Tx tx, MatchItem item)
    {
        if (item.IsValid) Queue(item.Namespace, item.Queue, item.Type, item.Version).Offer(tx, item);
    }

    // Work that waits in the queue goes where it belongs now.
    public void Reroute(Tx tx, string ns, string name, TaskQueueType type)
    {
        foreach (var item in FindAll(ns, name, type).SelectMany(q => q.DrainBacklog()).OrderBy(i => i.Added).ToList())
            item.Reoffer(tx, this);
    }

    // A sticky queue whose worker has not polled for a while is dead: its tasks go to the normal queue at once.
    public bool HasStickyPoller(string ns, string queue) =>
        Find(ns, queue, TaskQueueType.Workflow) is { } q
            && (q.Waiting > 0 || DateTime.UtcNow - q.LastPoll < Limits.StickyPollerLife);

    public async Task<object?> PollAsync(
        string ns, string queue, TaskQueueType type, Poller poller, WorkerVersionCapabilities? capabilities,
        double? rate, CallContext context)
    {
        var hold = context.HoldFor(Limits.LongPoll);
        var match = engine.Read(() =>
        {
            engine.Namespaces.Get(ns);
            // The sticky queue of a worker is its own: only shared queues are divided by version.
            var version = poller.IsSticky ? null : poller.Worker.Version;
            if (version is { } known) engine.ExecuteUnderGate(tx => engine.Deployments.Saw(tx, ns, known, queue, type));
            var q = Queue(ns, queue, type, version);
            q.Saw(poller.Worker, rate ?? 100_000, capabilities);
            if (rate is not null) q.RatePerSecond = rate >= 100_000 ? null : rate;
            engine.ExecuteUnderGate(tx => q.Add(tx, poller));
            return q;
        });
        using var registration = context.Aborted.Register(() => Leave(match, poller));
        // Not a delay beside it: that would stay in memory for a minute after every poll.
        await ((Task)poller.Result).WaitAsync(hold).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!poller.Result.IsCompleted) Leave(match, poller);
        var (task, durable) = await poller.Result;
        engine.Read(() =>
        {
            match.Saw(poller.Worker, rate ?? 100_000, capabilities);
            if (context.Aborted.IsCancellationRequested) Return(task);
            return 0;
        });
        await durable;
        return task;
    }

    // The call broke off when it was given something. A task comes back by its timeout; a query has none.
    private void Return(object? task)
    {
        if (task is WorkflowTaskReply { Response: { Query: not null } response }
            && engine.DirectQueries.TryGetValue(
                TaskToken.Decode(response.TaskToken, TaskToken.Query).Extra, out var query))
            engine.ExecuteUnderGate(tx => query.Offer(tx, maySticky: false));
    }

    // The worker behind a sticky queue goes away: its waiting tasks move to the normal queue.
    public void CloseSticky(Tx tx, string ns, string queue)
    {
        if (Find(ns, queue, TaskQueueType.Workflow) is not { } q) return;
        q.ForgetPollers();
        var items = q.DrainBacklog();
        _queues.Remove((ns, queue, TaskQueueType.Workflow, null));
        foreach (var item in items) tx.Defer(() => item.Reoffer(tx, this));
    }

    public void Reset()
    {
        foreach (var queue in _queues.Values) queue.ForgetPollers();
        _queues.Clear();
    }

    private void Leave(MatchQueue queue, Poller poller)
    {
        lock (engine.Gate)
        {
            queue.Remove(poller);
            poller.Give(null, Task.CompletedTask);
        }
    }
}
