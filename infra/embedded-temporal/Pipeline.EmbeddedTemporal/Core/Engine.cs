using Pipeline.EmbeddedTemporal.Batches;
using Pipeline.EmbeddedTemporal.Deployments;
using Pipeline.EmbeddedTemporal.History;
using Pipeline.EmbeddedTemporal.Matching;
using Pipeline.EmbeddedTemporal.Schedules;
using Pipeline.EmbeddedTemporal.Storage;
using Pipeline.EmbeddedTemporal.TimeSkipping;

namespace Pipeline.EmbeddedTemporal.Core;

// The heart: one gate, all open runs in memory, one transaction at a time, replies after the commit.
internal sealed class Engine : IDisposable
{
    private readonly Database _database;
    private readonly ILogger _logger;
    private readonly TimerLoop _timerLoop;
    private long _nextTaskId = DateTime.UtcNow.Ticks / TimeSpan.TicksPerMillisecond;

    public Engine(EngineOptions options, ILogger<Engine> logger)
    {
        _logger = logger;
        Options = options;
        _database = new Database(options.DatabaseFile);
        Store = new RunStore(_database);
        Writer = new BatchWriter(_database, OnWriteFailed);
        Runs = new RunCache(this);
        Matching = new MatchingService(this);
        Namespaces = new NamespaceRegistry(this);
        Deployments = new DeploymentService(this);
        Schedules = new ScheduleService(this);
        Batches = new BatchService(this, logger);
        TimeSkipper = new TimeSkipper(this);
        _timerLoop = new TimerLoop(this, logger);
        lock (Gate)
        {
            Load();
            new Retention(this).Start();
        }

        _timerLoop.Start();
    }

    public Lock Gate { get; } = new();

    public EngineOptions Options { get; }

    public EngineClock Clock { get; } = new();

    public TimerQueue Timers { get; } = new();

    public Database Database => _database;

    public RunStore Store { get; }

    public BatchWriter Writer { get; }

    public RunCache Runs { get; }

    public MatchingService Matching { get; }

    public NamespaceRegistry Namespaces { get; }

    public DeploymentService Deployments { get; }

    public ScheduleService Schedules { get; }

    public BatchService Batches { get; }

    public TimeSkipper TimeSkipper { get; }

    public Dictionary<string, DirectQuery> DirectQueries { get; } = new(StringComparer.Ordinal);

    public long NextTaskId() => ++_nextTaskId;

    // Runs a transaction and answers when it is on disk. An exception undoes it.
    public async Task<T> ExecuteAsync<T>(Func<Tx, T> body)
    {
        T result;
        Tx tx;
        lock (Gate)
        {
            tx = new Tx(this);
            result = Perform(tx, body);
        }

        if (!tx.Batch.IsEmpty) await tx.Batch.Durable;
        return tx.Error is { } error ? throw error : result;
    }

    // Completes when everything that happened so far is on disk.
    public Task SettledAsync()
    {
        var marker = new WriteBatch();
        Writer.Enqueue(marker);
        return marker.Durable;
    }

    // For timers: nobody waits for the reply. The caller holds the gate.
    public void ExecuteUnderGate(Action<Tx> body)
    {
        var tx = new Tx(this);
        Perform(tx, t =>
        {
            body(t);
            return 0;
        });
    }

    // Reads in-memory state consistently; nothing may be changed.
    public T Read<T>(Func<T> read)
    {
        lock (Gate) return read();
    }

    public void AddTimer(DateTime due, TimerEntry entry)
    {
        Timers.Add(due, entry);
        _timerLoop.Wake();
    }

    public void WakeTimers() => _timerLoop.Wake();

    public void Dispose()
    {
        _timerLoop.Dispose();
        Writer.Dispose();
        _database.Dispose();
    }

    private T Perform<T>(Tx tx, Func<Tx, T> body)
    {
        T result;
        try
        {
            result = body(tx);
            tx.Drain();
        }
        catch
        {
            if (tx.Dirty.Count > 0) Runs.Discard(tx.Dirty);
            // A poller that was handed a task of this transaction must not wait for it for ever.
            tx.Batch.Fail(new RpcError(StatusCode.Unavailable, "the task was withdrawn"));
            throw;
        }

        tx.Seal();
        if (tx.Batch.IsEmpty) tx.Batch.Complete();
        else Writer.Enqueue(tx.Batch);
        if (TimeSkipper.IsEnabled) _timerLoop.Wake();
        return result;
    }

    private void Load()
    {
        Namespaces.Load();
        Deployments.Load();
        Runs.LoadOpen();
        Schedules.Load();
        Batches.Load();
    }

    // What is in memory is ahead of the disk: start again from the disk.
    private void OnWriteFailed(Exception reason)
    {
        _logger.LogError("Writing failed, the engine goes back to the last committed state: {Reason}", reason.Message);
        ThreadPool.UnsafeQueueUserWorkItem(_ =>
        {
            lock (Gate)
            {
                Timers.Clear();
                Matching.Reset();
                Runs.Reset();
                Load();
                new Retention(this).Start();
                Writer.ClearFailure();
            }

            _timerLoop.Wake();
        }, null);
    }
}
