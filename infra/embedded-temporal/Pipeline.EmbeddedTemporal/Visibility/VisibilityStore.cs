using Microsoft.Data.Sqlite;
using Pipeline.EmbeddedTemporal.History;
using Pipeline.EmbeddedTemporal.Storage;

namespace Pipeline.EmbeddedTemporal.Visibility;

// Lists and counts runs by filter, newest first, running ones before closed ones.
internal sealed class VisibilityStore(Database database)
{
    private const string CloseOrder = "coalesce(close_time, 9223372036854775807)";

    public List<(long Seq, RunState State)> List(
        string ns, Filter filter, int limit, (long Close, long Start, string RunId)? after) => database.Read(c =>
    {
        using var command = Command(c, $"SELECT seq, state FROM runs WHERE ns = $ns AND ({filter.Sql})"
            + (after is null ? "" : $" AND ({CloseOrder}, start_time, run_id) < ($close, $start, $run)")
            + $" ORDER BY {CloseOrder} DESC, start_time DESC, run_id DESC LIMIT $limit", ns, filter);
        command.Parameters.AddWithValue("$limit", limit);
        if (after is { } from)
        {
            command.Parameters.AddWithValue("$close", from.Close);
            command.Parameters.AddWithValue("$start", from.Start);
            command.Parameters.AddWithValue("$run", from.RunId);
        }

        using var reader = command.ExecuteReader();
        var rows = new List<(long, RunState)>();
        while (reader.Read()) rows.Add((reader.GetInt64(0), StateJson.Read<RunState>(reader.GetString(1))));
        return rows;
    });

    public List<(WorkflowExecutionStatus Status, long Count)> CountByStatus(string ns, Filter filter) => database.Read(
        c =>
    {
        using var command = Command(
            c, $"SELECT status, count(*) FROM runs WHERE ns = $ns AND ({filter.Sql}) GROUP BY status ORDER BY status",
            ns, filter);
        using var reader = command.ExecuteReader();
        var rows = new List<(WorkflowExecutionStatus, long)>();
        while (reader.Read()) rows.Add(((WorkflowExecutionStatus)reader.GetInt32(0), reader.GetInt64(1)));
        return rows;
    });

    public List<WorkflowExecution> Executions(string ns, Filter filter) => database.Read(c =>
    {
        using var command = Command(
            c, $"SELECT workflow_id, run_id FROM runs WHERE ns = $ns AND ({filter.Sql}) ORDER BY seq", ns, filter);
        using var reader = command.ExecuteReader();
        var rows = new List<WorkflowExecution>();
        while (reader.Read())
            rows.Add(new WorkflowExecution { WorkflowId = reader.GetString(0), RunId = reader.GetString(1) });
        return rows;
    });

    private static SqliteCommand Command(SqliteConnection connection, string sql, string ns, Filter filter)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$ns", ns);
        for (var i = 0; i < filter.Parameters.Count; i++)
            command.Parameters.AddWithValue(
                "$p" + i.ToString(System.Globalization.CultureInfo.InvariantCulture), filter.Parameters[i]);
        return command;
    }
}
