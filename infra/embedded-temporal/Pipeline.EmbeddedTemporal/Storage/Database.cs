using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Pipeline.EmbeddedTemporal.Storage;

// One SQLite database: a file in WAL mode with durable commits, or memory when no file is named.
internal sealed class Database : IDisposable
{
    // Up to this size a file is checked from end to end when it is opened.
    private const long CheckedBytes = 64L << 20;
    private const int MostReaders = 4;
    private readonly string? _file;
    private readonly Lock _memoryGate = new();
    private readonly ConcurrentBag<SqliteConnection> _readers = [];
    private readonly FileStream? _lock;

    public Database(string? file)
    {
        _file = file is null ? null : Path.GetFullPath(file);
        Writer = new SqliteConnection(ConnectionString(SqliteOpenMode.ReadWriteCreate));
        try
        {
            if (_file is not null)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(_file) ?? ".");
                _lock = Lock(_file);
            }

            Writer.Open();
            Prepare();
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw new DatabaseException(Explain(error), error);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public SqliteConnection Writer { get; }

    public string Name => _file ?? "(in memory)";

    public long FileBytes => _file is null ? 0 : new FileInfo(_file).Length;

    // Runs a read against the last committed state. In memory there is one connection, which readers and the writer
    // share.
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
            Execute(connection, "PRAGMA query_only=1; PRAGMA cache_size=-1024;");
        }

        try
        {
            return read(connection);
        }
        finally
        {
            if (_readers.Count < MostReaders) _readers.Add(connection);
            else connection.Dispose();
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
        _lock?.Dispose();
    }

    // A second server on the same file would serve a second truth. The system releases the lock with the process.
    private static FileStream Lock(string file)
    {
        try
        {
            return new FileStream(file + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (File.Exists(file + ".lock"))
        {
            throw new DatabaseException(
                $"The engine file {file} is in use by another process. Stop it, or name another file with "
                    + $"--db-filename.", error);
        }
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

    public string DamageText(string what) =>
        $"The engine file {Name} is damaged: {what}. Restore it from a copy, or remove it to start empty.";

    private void Prepare()
    {
        if (_file is not null)
        {
            Execute(Writer, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;");
            var check = (string?)Scalar(Writer, FileBytes > CheckedBytes ? "SELECT 'ok'" : "PRAGMA quick_check(1)");
            if (check != "ok") throw new DatabaseException(DamageText(check ?? "unknown"));
        }

        Execute(Writer, "PRAGMA busy_timeout=2000; PRAGMA cache_size=-8192;");
        var hasMeta = Scalar(Writer, "SELECT 1 FROM sqlite_master WHERE name = 'meta'") is not null;
        var found = hasMeta ? (string?)Scalar(Writer, "SELECT value FROM meta WHERE key = 'schema'") : null;
        var foreign = !hasMeta && Scalar(Writer, "SELECT 1 FROM sqlite_master LIMIT 1") is not null;
        if (foreign)
            throw new DatabaseException(
                $"The file {_file} is an SQLite database of another program. Name another file with --db-filename.");
        if (found is null)
        {
            if (hasMeta)
                throw new DatabaseException(
                    $"The engine file {_file} has no schema version. Restore it from a copy, or remove it to start "
                        + $"empty.");
            Execute(Writer, "BEGIN IMMEDIATE;" + Schema.Create
                + $"INSERT INTO meta VALUES('schema', '{Schema.Version.ToString(CultureInfo.InvariantCulture)}'); "
                + $"COMMIT;");
            return;
        }

        var version = long.Parse(found, CultureInfo.InvariantCulture);
        if (version > Schema.Version)
            throw new DatabaseException(
                $"The engine file {_file} has schema version {version}, this program knows {Schema.Version}. Use the "
                    + $"newer program, or another file.");
        if (version < Schema.OldestVersion)
            throw new DatabaseException(
                $"The engine file {_file} has the old schema version {version}; {Schema.OldestVersion} is the oldest "
                    + $"that can be read. Finish its workflows with the older program, then remove the file.");
        Writer.CreateFunction(
            "checksum", (byte[]? data) => data is null ? 0 : Checksum.Of(data), isDeterministic: true);
        if (version < Schema.Version)
        {
            Execute(Writer, "BEGIN IMMEDIATE;" + Schema.FromVersion1
                + $"UPDATE meta SET value = '{Schema.Version.ToString(CultureInfo.InvariantCulture)}' WHERE key = "
                + $"'schema'; COMMIT;");
        }

        Execute(Writer, Schema.Create);
        // Larger files are checked row by row when they are read.
        if (FileBytes <= CheckedBytes && (string?)Scalar(Writer, Schema.FindDamage) is { } damage)
            throw new DatabaseException(DamageText(damage));
    }

    private string Explain(Exception error) => error switch
    {
        SqliteException { SqliteErrorCode: 26 } =>
            $"The file {_file} is not an SQLite database. Name another file with --db-filename, or remove it.",
        SqliteException { SqliteErrorCode: 11 } =>
            $"The engine file {_file} is damaged ({error.Message}). Restore it from a copy, or remove it to start "
                + $"empty.",
        SqliteException { SqliteErrorCode: 13 } =>
            $"The disk of the engine file {_file} is full. Free some space and start again.",
        SqliteException { SqliteErrorCode: 5 or 6 } =>
            $"The engine file {_file} is in use by another process. Stop it, or name another file with --db-filename.",
        _ => $"The engine file {_file} cannot be opened: {error.Message}",
    };
}
