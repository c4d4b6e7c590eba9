using Microsoft.Data.Sqlite;
using Pipeline.EmbeddedTemporal.History;

namespace Pipeline.EmbeddedTemporal.Storage;

// Reads committed runs and their events.
internal sealed class RunStore(Database database)
{
    public long MaxSeq() =>
        database.Read(c => Convert.ToInt64(Database.Scalar(c, "SELECT coalesce(max(seq), 0) FROM runs"),
        System.Globalization.CultureInfo.InvariantCulture));

    public List<StoredRun> LoadOpen() =>
        database.Read(c => Load(c, "SELECT seq, state, sum FROM runs WHERE status = 1 ORDER BY seq"));

    public StoredRun? LoadByRunId(string runId) =>
        database.Read(
            c => Load(c, "SELECT seq, state, sum FROM runs WHERE run_id = $a", ("$a", runId)).FirstOrDefault());

    public StoredRun? LoadCurrent(string ns, string workflowId) =>
        database.Read(c =>
            Load(c, "SELECT seq, state, sum FROM runs WHERE ns = $a AND workflow_id = $b ORDER BY seq DESC LIMIT 1",
            ("$a", ns), ("$b", workflowId)).FirstOrDefault());

    // Runs closed before the given time, oldest first.
    public List<string> ClosedBefore(string ns, long closeTime, int limit) => database.Read(c =>
    {
        using var command =
            Command(c, "SELECT run_id FROM runs WHERE ns = $a AND close_time < $b AND status <> 1 LIMIT $c",
            ("$a", ns), ("$b", closeTime), ("$c", limit));
        using var reader = command.ExecuteReader();
        var ids = new List<string>();
        while (reader.Read()) ids.Add(reader.GetString(0));
        return ids;
    });

    public List<string> RunIds(string ns) => database.Read(c =>
    {
        using var command = Command(c, "SELECT run_id FROM runs WHERE ns = $a ORDER BY seq", ("$a", ns));
        using var reader = command.ExecuteReader();
        var ids = new List<string>();
        while (reader.Read()) ids.Add(reader.GetString(0));
        return ids;
    });

    public List<HistoryEvent> Events(long seq, long first, long last) => database.Read(c =>
    {
        var events = new List<HistoryEvent>((int)Math.Clamp(last - first + 1, 0, 1024));
        using var command = Command(c, "SELECT data, sum, key FROM events WHERE key >= $a AND key <= $b ORDER BY key",
            ("$a", Schema.EventKey(seq, first)), ("$b", Schema.EventKey(seq, last)));
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var data = (byte[])reader.GetValue(0);
            if (Checksum.Of(data) != reader.GetInt64(1))
                throw Damaged($"event {Schema.EventIdOf(reader.GetInt64(2))} of run number {seq}");
            events.Add(HistoryEvent.Parser.ParseFrom(data));
        }

        return events;
    });

    public List<(string Namespace, string Id, string Data)> Entities(string kind) => database.Read(c =>
    {
        using var command = Command(c, "SELECT ns, id, data FROM entities WHERE kind = $a", ("$a", kind));
        using var reader = command.ExecuteReader();
        var rows = new List<(string, string, string)>();
        while (reader.Read()) rows.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        return rows;
    });

    public List<string> Namespaces() => database.Read(c =>
    {
        using var command = Command(c, "SELECT data FROM namespaces ORDER BY name");
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(reader.GetString(0));
        return rows;
    });

    private List<StoredRun> Load(SqliteConnection connection, string sql, params (string, object)[] parameters)
    {
        var runs = new List<StoredRun>();
        using (var command = Command(connection, sql, parameters))
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                var state = reader.GetString(1);
                if (Checksum.Of(state) != reader.GetInt64(2)) throw Damaged($"run number {reader.GetInt64(0)}");
                runs.Add(new StoredRun(reader.GetInt64(0), StateJson.Read<RunState>(state), []));
            }
        }

        foreach (var run in runs)
        {
            using var command =
                Command(connection, "SELECT kind, id, data, sum FROM pending WHERE run = $a", ("$a", run.Seq));
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                var (kind, id, data) = (reader.GetString(0), reader.GetString(1), reader.GetString(2));
                if (Checksum.Of(data) != reader.GetInt64(3)) throw Damaged($"{kind} {id} of run number {run.Seq}");
                run.Pending.Add((kind, id, data));
            }
        }

        return runs;
    }

    private RpcError Damaged(string what) => new(StatusCode.DataLoss, database.DamageText(what));

    private static SqliteCommand Command(
        SqliteConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        return command;
    }
}
