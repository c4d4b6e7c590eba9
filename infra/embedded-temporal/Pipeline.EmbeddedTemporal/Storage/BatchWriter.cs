using Microsoft.Data.Sqlite;

namespace Pipeline.EmbeddedTemporal.Storage;

// The single writer: takes every batch that is waiting and commits them together (group commit).
internal sealed class BatchWriter : IDisposable
{
    private readonly Database _database;
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _signal = new(0);
    private readonly Action<Exception> _failed;
    private readonly BatchStatements _statements;
    private List<WriteBatch> _queue = [];
    private Exception? _poison;
    private bool _stopping;
    private long _commits;

    public BatchWriter(Database database, Action<Exception> failed)
    {
        _database = database;
        _failed = failed;
        _statements = new BatchStatements(database.Writer);
        _thread = new Thread(Loop) { IsBackground = true, Name = "engine writer" };
        _thread.Start();
    }

    public long Commits => Interlocked.Read(ref _commits);

    public void Enqueue(WriteBatch batch)
    {
        lock (_gate)
        {
            // After a failed commit later batches build on state that is not on disk: they fail until the engine
            // reloads.
            if (_poison is not null) batch.Fail(_poison);
            else if (_stopping) batch.Fail(new DatabaseException("The engine is shutting down."));
            else _queue.Add(batch);
        }

        _signal.Release();
    }

    public void ClearFailure()
    {
        lock (_gate) _poison = null;
    }

    public void Dispose()
    {
        lock (_gate) _stopping = true;
        _signal.Release();
        _thread.Join(TimeSpan.FromSeconds(10));
        _statements.Dispose();
        _signal.Dispose();
    }

    private void Loop()
    {
        while (true)
        {
            _signal.Wait();
            List<WriteBatch> taken;
            bool stopping;
            lock (_gate)
            {
                taken = _queue;
                _queue = [];
                stopping = _stopping;
            }

            if (taken.Count > 0) Commit(taken);
            if (stopping) return;
        }
    }

    private void Commit(List<WriteBatch> batches)
    {
        try
        {
            _database.Write((_, transaction) =>
            {
                foreach (var batch in batches) _statements.Apply(batch, transaction);
            });
            Interlocked.Increment(ref _commits);
        }
        catch (Exception error)
        {
            var reason = Explain(error);
            List<WriteBatch> rest;
            lock (_gate)
            {
                _poison = reason;
                rest = _queue;
                _queue = [];
            }

            foreach (var batch in batches) batch.Fail(reason);
            foreach (var batch in rest) batch.Fail(reason);
            _failed(reason);
            return;
        }

        foreach (var batch in batches) batch.Complete();
    }

    private RpcError Explain(Exception error) => error switch
    {
        SqliteException { SqliteErrorCode: 13 } =>
            RpcError.Exhausted(
                $"The disk of the engine file {_database.Name} is full; nothing was written. Free some space."),
        _ =>
            new RpcError(
                StatusCode.Unavailable, $"The engine file {_database.Name} cannot be written: {error.Message}"),
    };
}
