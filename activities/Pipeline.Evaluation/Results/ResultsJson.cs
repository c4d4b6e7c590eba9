using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Pipeline.Evaluation.Results;

/// <summary>
/// Reads and writes <c>results.json</c>: the keys of lm-evaluation-harness plus a <c>pipeline</c> section with what
/// gates need.
/// </summary>
public static class ResultsJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Writes a file that appears under its name only when it is complete.</summary>
    /// <param name="results">The evaluation.</param>
    /// <param name="path">Target path; folders are made.</param>
    /// <returns>SHA-256 of the file, lower-case hex.</returns>
    public static string Save(EvaluationResults results, string path) => Files.Replace(path, Serialize(results));

    /// <summary>The file's text.</summary>
    /// <param name="results">The evaluation.</param>
    /// <returns>JSON, the same bytes for equal results.</returns>
    public static string Serialize(EvaluationResults results)
    {
        var root = new JsonObject
        {
            ["results"] =
                Map(results.Tasks.Select(task => (task.Task, (JsonNode)Row(task.Alias, task.Ids.Count, task.Metrics)))
                .Concat(results.Groups.Select(group =>
                    (group.Key, (JsonNode)Row(group.Value.Alias, group.Value.Questions, group.Value.Metrics))))),
            ["groups"] = Map(
                results.Groups.Select(group =>
                    (group.Key, (JsonNode)Row(group.Value.Alias, group.Value.Questions, group.Value.Metrics)))),
            ["group_subtasks"] = Map(results.Groups.Select(group => (group.Key, (JsonNode)Names(group.Value.Tasks)))),
            ["versions"] = Map(results.Tasks.Select(task => (task.Task, (JsonNode)JsonValue.Create(task.Version)!))),
            ["n-shot"] = Map(results.Tasks.Select(task => (task.Task, (JsonNode)JsonValue.Create(task.Shots)))),
            ["n-samples"] = Map(results.Tasks.Select(task =>
                (task.Task,
                    (JsonNode)new JsonObject { ["original"] = task.Original, ["effective"] = task.Effective }))),
            ["higher_is_better"] = Map(results.Tasks.Select(task => (task.Task, (JsonNode)Direction(task)))),
            ["config"] = JsonSerializer.SerializeToNode(results.Settings, Options),
            ["model_name"] = results.Model.Name,
            ["pipeline"] = JsonSerializer.SerializeToNode(results, Options),
        };
        return root.ToJsonString(Options) + "\n";
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">A <c>results.json</c> written by <see cref="Save"/>.</param>
    /// <returns>The evaluation.</returns>
    /// <exception cref="ResultsFormatException">The file is absent, no JSON or lacks a field.</exception>
    public static EvaluationResults Load(string path)
    {
        try
        {
            return Deserialize(File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ResultsFormatException($"there is no results file {path}; an evaluation writes one", exception);
        }
        catch (Exception exception)
            when (exception is IOException or JsonException or InvalidOperationException or UnauthorizedAccessException)
        {
            throw new ResultsFormatException(
                $"{path} is no results file: {exception.Message}; run the evaluation again", exception);
        }
    }

    /// <summary>Reads the text of a file.</summary>
    /// <param name="json">What <see cref="Serialize"/> wrote.</param>
    /// <returns>The evaluation.</returns>
    /// <exception cref="JsonException">The text is no JSON or lacks a field.</exception>
    public static EvaluationResults Deserialize(string json)
    {
        var section = JsonNode.Parse(json) is JsonObject root ? root["pipeline"] : null;
        return section.Deserialize<EvaluationResults>(Options)
            ?? throw new JsonException("the section 'pipeline' is missing");
    }

    private static JsonObject Map(IEnumerable<(string Key, JsonNode Value)> items)
    {
        var map = new JsonObject();
        foreach (var (key, value) in items) map[key] = value;
        return map;
    }

    private static JsonArray Names(IEnumerable<string> names) =>
        [.. names.Select(name => (JsonNode)JsonValue.Create(name)!)];

    private static JsonObject Row(string alias, int count, IReadOnlyDictionary<string, MetricValue> metrics)
    {
        var row = new JsonObject { ["alias"] = alias, ["sample_len"] = count };
        foreach (var (name, metric) in metrics)
        {
            row[name] = Number(metric.Value);
            var (metricName, filter) = name.Split(',') is [var first, var second] ? (first, second) : (name, "none");
            row[$"{metricName}_stderr,{filter}"] = metric.StandardError is { } error
                ? Number(error) : JsonValue.Create("N/A");
        }

        return row;
    }

    private static JsonValue Number(double value) =>
        double.IsFinite(value) ? JsonValue.Create(value)
            : JsonValue.Create(value.ToString(System.Globalization.CultureInfo.InvariantCulture))!;

    private static JsonObject Direction(TaskResult task)
    {
        var row = new JsonObject();
        foreach (var name in task.Metrics.Keys.Select(name => name.Split(',')[0]).Distinct())
            row[name] = !task.LowerIsBetter.Contains(name);
        return row;
    }
}
