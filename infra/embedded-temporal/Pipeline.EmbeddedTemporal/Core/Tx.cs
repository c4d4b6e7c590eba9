using Pipeline.EmbeddedTemporal.History;
using Pipeline.EmbeddedTemporal.Storage;

namespace Pipeline.EmbeddedTemporal.Core;

// One engine transaction: what it changes in memory under the gate becomes one write batch.
internal sealed class Tx(Engine engine)
{
    private readonly Queue<Action> _deferred = new();
    private readonly List<Action> _afterDurable = [];

    public Engine Engine { get; } = engine;

    public DateTime Now { get; } = engine.Clock.UtcNow;

    public WriteBatch Batch { get; } = new();

    public HashSet<Run> Dirty { get; } = [];

    // An error to report although the transaction commits, for example a refused workflow task completion.
    public RpcError? Error { get; set; }

    public void Touch(Run run) => Dirty.Add(run);

    // Runs later in this transaction: effects on other runs and hand-over to pollers.
    public void Defer(Action action) => _deferred.Enqueue(action);

    public void AfterDurable(Action action) => _afterDurable.Add(action);

    public void Drain()
    {
        while (_deferred.TryDequeue(out var action)) action();
    }

    public void Seal()
    {
        foreach (var run in Dirty) run.Flush(this);
        if (_afterDurable.Count == 0) return;
        _ = Batch.Durable.ContinueWith(
            task =>
            {
                if (!task.IsCompletedSuccessfully) return;
                foreach (var action in _afterDurable) action();
            },
            CancellationToken.None, TaskContinuationOptions.RunContinuationsAsynchronously, TaskScheduler.Default);
    }
}
