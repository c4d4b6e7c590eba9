using Microsoft.Data.Sqlite;

namespace Pipeline.EmbeddedTemporal.Storage;

// The prepared statements that apply a batch.
internal sealed class BatchStatements : IDisposable
{
    private readonly SqliteCommand _run;
    private readonly SqliteCommand _event;
    private readonly SqliteCommand _pending;
    private readonly SqliteCommand _noPending;
    private readonly SqliteCommand _entity;
    private readonly SqliteCommand _noEntity;
    private readonly SqliteCommand _namespace;
    private readonly SqliteCommand _noNamespace;
    private readonly SqliteCommand[] _deleteRun;

    public BatchStatements(SqliteConnection connection)
    {
        _run = Prepare(connection, """
            INSERT INTO runs VALUES($0,$1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20)
            ON CONFLICT(seq) DO UPDATE SET status=$6, execution_time=$8, close_time=$9, history_length=$10, history_size=$11,
            transitions=$12, duration=$13, attributes=$18, state=$19, sum=$20
            """, 21);
        _event = Prepare(connection, "INSERT OR REPLACE INTO events VALUES($0,$1,$2)", 3);
        _pending = Prepare(connection, "INSERT OR REPLACE INTO pending VALUES($0,$1,$2,$3,$4)", 5);
        _noPending = Prepare(connection, "DELETE FROM pending WHERE run=$0 AND kind=$1 AND id=$2", 3);
        _entity = Prepare(connection, "INSERT OR REPLACE INTO entities VALUES($0,$1,$2,$3)", 4);
        _noEntity = Prepare(connection, "DELETE FROM entities WHERE kind=$0 AND ns=$1 AND id=$2", 3);
        _namespace = Prepare(connection, "INSERT OR REPLACE INTO namespaces VALUES($0,$1)", 2);
        _noNamespace = Prepare(connection, "DELETE FROM namespaces WHERE name=$0", 1);
        _deleteRun =
        [
            Prepare(connection,
                $"DELETE FROM events WHERE key >= ($0 << {Schema.EventIdBits}) AND key < (($0 + 1) << "
                    + $"{Schema.EventIdBits})", 1),
            Prepare(connection, "DELETE FROM pending WHERE run=$0", 1),
            Prepare(connection, "DELETE FROM runs WHERE seq=$0", 1),
        ];
    }

    public void Apply(WriteBatch batch, SqliteTransaction transaction)
    {
        foreach (var r in batch.Runs)
        {
            Run(_run, transaction, r.Seq, r.Namespace, r.WorkflowId, r.RunId, r.Type, r.Queue, r.Status, r.StartTime,
                r.ExecutionTime,
                r.CloseTime, r.HistoryLength, r.HistorySize, r.Transitions, r.Duration, r.ParentId, r.ParentRun,
                r.RootId, r.RootRun,
                r.Attributes, r.State, Checksum.Of(r.State));
        }

        foreach (var (key, data) in batch.Events) Run(_event, transaction, key, data, Checksum.Of(data));
        foreach (var (run, kind, id, data) in batch.Pending)
        {
            if (data is null) Run(_noPending, transaction, run, kind, id);
            else Run(_pending, transaction, run, kind, id, data, Checksum.Of(data));
        }

        foreach (var (kind, ns, id, data) in batch.Entities)
        {
            if (data is null) Run(_noEntity, transaction, kind, ns, id);
            else Run(_entity, transaction, kind, ns, id, data);
        }

        foreach (var (name, data) in batch.Namespaces)
        {
            if (data is null) Run(_noNamespace, transaction, name);
            else Run(_namespace, transaction, name, data);
        }

        foreach (var seq in batch.DeletedRuns)
        {
            foreach (var command in _deleteRun) Run(command, transaction, seq);
        }
    }

    public void Dispose()
    {
        foreach (SqliteCommand command in (SqliteCommand[])[
            _run, _event, _pending, _noPending, _entity, _noEntity, _namespace, _noNamespace, .. _deleteRun])
            command.Dispose();
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string sql, int parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < parameters; i++) command.Parameters.Add(new SqliteParameter("$" + i, null));
        return command;
    }

    private static void Run(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<object?> values)
    {
        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        command.ExecuteNonQuery();
    }
}
