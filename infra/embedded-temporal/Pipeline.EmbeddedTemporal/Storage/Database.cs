using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Pipeline.EmbeddedTemporal.Storage;

// One SQLite database: a file in WAL mode with durable commits, or memory when no file is named.
internal sealed class Database : IDisposable
{
    private readonly string? _file;
    private readonly Lock _memoryGate = new();
    private readonly ConcurrentBag<SqliteConnection> _readers = [];

    public Database(string? file)
    {
        _file = file is null ? null : Path.GetFullPath(file);
        Writer = new SqliteConnection(ConnectionString(SqliteOpenMode.ReadWriteCreate));
        try
        {
            if (_file is not null) Directory.CreateDirectory(Path.GetDirectoryName(_file) ?? ".");
            Writer.Open();
            Prepare();
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            Writer.Dispose();
            throw new DatabaseException(Explain(error), error);
        }
    }

    public SqliteConnection Writer { get; }

    public string Name => _file ?? "(in memory)";

    public long FileBytes => _file is null ? 0 : new FileInfo(_file).Length;

    // Runs a read against the last committed state. In memory there is one connection, which readers and the writer share.
    public T Read<T>(Func<SqliteConnection, T> read)
    {
        if (_file is null)
        {
            lock (_memoryGate) return read(Writer);
        }

        if (!_readers.TryTake(out var connection))
        {
            connection = new SqliteConnection(ConnectionString(SqliteOpenMode.ReadWrite));
            connection.Open();
            Execute(connection, "PRAGMA query_only=1; PRAGMA mmap_size=268435456;");
        }

        try
        {
            return read(connection);
        }
        finally
        {
            _readers.Add(connection);
        }
    }

    public void Write(Action<SqliteConnection, SqliteTransaction> write)
    {
        if (_file is not null)
        {
            WriteCore(write);
            return;
        }

        lock (_memoryGate) WriteCore(write);
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    public void Dispose()
    {
        foreach (var reader in _readers) reader.Dispose();
        Writer.Dispose();
    }

    private void WriteCore(Action<SqliteConnection, SqliteTransaction> write)
    {
        using var transaction = Writer.BeginTransaction(deferred: false);
        write(Writer, transaction);
        transaction.Commit();
    }

    private string ConnectionString(SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = _file ?? ":memory:",
        Mode = _file is null ? SqliteOpenMode.Memory : mode,
        Pooling = false,
        DefaultTimeout = 30,
    }.ToString();

    private void Prepare()
    {
        if (_file is not null)
        {
            // A second server on the same file would corrupt nothing but serve two truths: the lock makes it fail at once.
            Execute(Writer, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;");
            var check = (string?)Scalar(Writer, FileBytes > 64L << 20 ? "SELECT 'ok'" : "PRAGMA quick_check(1)");
            if (check != "ok") throw new DatabaseException($"The engine file {_file} is damaged: {check}. Restore it from a copy, or remove it to start empty.");
        }

        Execute(Writer, "PRAGMA busy_timeout=2000; PRAGMA cache_size=-8192;");
        var hasMeta = Scalar(Writer, "SELECT 1 FROM sqlite_master WHERE name = 'meta'") is not null;
        var found = hasMeta ? (string?)Scalar(Writer, "SELECT value FROM meta WHERE key = 'schema'") : null;
        var foreign = !hasMeta && Scalar(Writer, "SELECT 1 FROM sqlite_master LIMIT 1") is not null;
        if (foreign) throw new DatabaseException($"The file {_file} is an SQLite database of another program. Name another file with --db-filename.");
        if (found is null)
        {
            if (hasMeta) throw new DatabaseException($"The engine file {_file} has no schema version. Restore it from a copy, or remove it to start empty.");
            Execute(Writer, "BEGIN IMMEDIATE;" + Schema.Create
                + $"INSERT INTO meta VALUES('schema', '{Schema.Version.ToString(CultureInfo.InvariantCulture)}'); COMMIT;");
            return;
        }

        var version = long.Parse(found, CultureInfo.InvariantCulture);
        if (version > Schema.Version)
            throw new DatabaseException($"The engine file {_file} has schema version {version}, this program knows {Schema.Version}. Use the newer program, or another file.");
        if (version < Schema.Version)
            throw new DatabaseException($"The engine file {_file} has the old schema version {version} (now {Schema.Version}). Finish its workflows with the older program, then remove the file.");
        Execute(Writer, Schema.Create);
    }

    private string Explain(Exception error) => error switch
    {
        SqliteException { SqliteErrorCode: 26 } => $"The file {_file} is not an SQLite database. Name another file with --db-filename, or remove it.",
        SqliteException { SqliteErrorCode: 11 } => $"The engine file {_file} is damaged ({error.Message}). Restore it from a copy, or remove it to start empty.",
        SqliteException { SqliteErrorCode: 13 } => $"The disk of the engine file {_file} is full. Free some space and start again.",
        SqliteException { SqliteErrorCode: 5 or 6 } => $"The engine file {_file} is in use by another process. Stop it, or name another file with --db-filename.",
        _ => $"The engine file {_file} cannot be opened: {error.Message}",
    };
}
