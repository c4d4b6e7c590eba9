using System.Globalization;

namespace Pipeline.EmbeddedTemporal.Visibility;

// What a filter may name: the SQL it stands for and its type.
internal sealed record Column(string Name, string Sql, IndexedValueType Type)
{
    private static readonly Dictionary<string, (string Sql, IndexedValueType Type)> SystemColumns =
        new(StringComparer.Ordinal)
        {
            ["WorkflowId"] = ("workflow_id", IndexedValueType.Keyword),
            ["ScheduleId"] = ("workflow_id", IndexedValueType.Keyword),
            ["RunId"] = ("run_id", IndexedValueType.Keyword),
            ["WorkflowType"] = ("type", IndexedValueType.Keyword),
            ["TaskQueue"] = ("queue", IndexedValueType.Keyword),
            ["StartTime"] = ("start_time", IndexedValueType.Datetime),
            ["ExecutionTime"] = ("execution_time", IndexedValueType.Datetime),
            // Open runs count as closing in the far future, as on the real server.
            ["CloseTime"] = ("coalesce(close_time, 9223372036854775807)", IndexedValueType.Datetime),
            ["ExecutionStatus"] = ("status", IndexedValueType.Int),
            ["HistoryLength"] = ("history_length", IndexedValueType.Int),
            ["HistorySizeBytes"] = ("history_size", IndexedValueType.Int),
            ["StateTransitionCount"] = ("transitions", IndexedValueType.Int),
            ["ExecutionDuration"] = ("duration", IndexedValueType.Int),
            ["ParentWorkflowId"] = ("parent_id", IndexedValueType.Keyword),
            ["ParentRunId"] = ("parent_run", IndexedValueType.Keyword),
            ["RootWorkflowId"] = ("root_id", IndexedValueType.Keyword),
            ["RootRunId"] = ("root_run", IndexedValueType.Keyword),
        };

    // The types of the system's own columns and of the predefined search attributes.
    public static Dictionary<string, IndexedValueType> SystemTypes =>
        SystemColumns.Where(c => c.Key != "ScheduleId")
            .Select(c => (c.Key, c.Key == "ExecutionStatus" ? IndexedValueType.Keyword : c.Value.Type))
            .Concat(SearchAttributeChecks.Predefined.Select(p => (p.Key, p.Value)))
            .ToDictionary(c => c.Key, c => c.Item2, StringComparer.Ordinal);

    public static Column Find(NamespaceEntry ns, string name)
    {
        if (SystemColumns.TryGetValue(name, out var column)) return new Column(name, column.Sql, column.Type);
        if (SearchAttributeChecks.TypeOf(ns, name) is not { } type)
            throw VisibilityErrors.Expression($"column name '{name}' is not a valid search attribute");
        return new Column(
            name, $"json_extract(attributes, '$.\"{name.Replace("'", "''", StringComparison.Ordinal)}\"')", type);
    }

    public bool IsSystemTime => Type == IndexedValueType.Datetime && !Sql.StartsWith("json", StringComparison.Ordinal);

    // A literal as the value that is compared with the column.
    public object Value(string text)
    {
        switch (Name)
        {
            case "ExecutionStatus":
                if (int.TryParse(text, CultureInfo.InvariantCulture, out var number)
                    && System.Enum.IsDefined((WorkflowExecutionStatus)number)) return number;
                return System.Enum.TryParse<WorkflowExecutionStatus>(text, ignoreCase: false, out var status)
                    && System.Enum.IsDefined(status)
                    ? (int)status : throw VisibilityErrors.Expression($"invalid ExecutionStatus value '{text}'");
            case "ExecutionDuration":
                return GoDurations.Nanoseconds(text)
                    ?? throw VisibilityErrors.Expression(
                        $"invalid value for search attribute ExecutionDuration of type Int: {text}");
        }

        switch (Type)
        {
            case IndexedValueType.Datetime:
                var time = Time(text);
                return IsSystemTime
                    ? time.Micros() : time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture);
            case IndexedValueType.Int when long.TryParse(text, CultureInfo.InvariantCulture, out var whole):
                return whole;
            case IndexedValueType.Double or IndexedValueType.Int
                when double.TryParse(text, CultureInfo.InvariantCulture, out var real):
                return real;
            case IndexedValueType.Bool when bool.TryParse(text, out var flag):
                return flag ? 1 : 0;
            case IndexedValueType.Int or IndexedValueType.Double or IndexedValueType.Bool:
                throw VisibilityErrors.Expression($"invalid value for search attribute {Name} of type {Type}: {text}");
            default:
                return text;
        }
    }

    private static DateTime Time(string text)
    {
        if (long.TryParse(text, CultureInfo.InvariantCulture, out var nanoseconds))
            return DateTime.UnixEpoch.AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.UtcDateTime : throw VisibilityErrors.Expression($"unable to parse datetime '{text}'");
    }
}
