using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.EmbeddedTemporal.Schedules;
using Pipeline.EmbeddedTemporal.Storage;

namespace Pipeline.EmbeddedTemporal.Visibility;

// Filters schedules with the list-filter language: they are shown to the database as rows like those of workflows.
internal sealed class ScheduleFilter(Database database)
{
    private const string Rows = """
        WITH runs AS (SELECT value ->> 'id' workflow_id, NULL run_id, 'temporal-sys-scheduler-workflow' type, NULL queue, 1 status,
            value ->> 'start' start_time, value ->> 'start' execution_time, NULL close_time, NULL history_length, NULL history_size,
            NULL transitions, NULL duration, NULL parent_id, NULL parent_run, NULL root_id, NULL root_run, value -> 'attributes' attributes
            FROM json_each($rows))
        """;

    public List<ScheduleRecord> Apply(Filter filter, List<ScheduleRecord> schedules)
    {
        var rows = new JsonArray([.. schedules.Select(Row)]);
        var ids = database.Read(c =>
        {
            using var command = c.CreateCommand();
            command.CommandText = $"{Rows} SELECT workflow_id FROM runs WHERE {filter.Sql}";
            command.Parameters.AddWithValue("$rows", rows.ToJsonString());
            for (var i = 0; i < filter.Parameters.Count; i++)
                command.Parameters.AddWithValue("$p" + i.ToString(CultureInfo.InvariantCulture), filter.Parameters[i]);
            using var reader = command.ExecuteReader();
            var found = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read()) found.Add(reader.GetString(0));
            return found;
        });
        return schedules.FindAll(s => ids.Contains(s.ScheduleId));
    }

    private static JsonNode Row(ScheduleRecord s)
    {
        var attributes = JsonNode.Parse(AttributeJson.Write(s.SearchAttributes ?? new SearchAttributes()))!.AsObject();
        attributes["TemporalSchedulePaused"] = s.Schedule.State.Paused;
        attributes["TemporalNamespaceDivision"] = "TemporalScheduler";
        return new JsonObject { ["id"] = s.ScheduleId, ["start"] = s.CreateTime.Micros(), ["attributes"] = attributes };
    }
}
