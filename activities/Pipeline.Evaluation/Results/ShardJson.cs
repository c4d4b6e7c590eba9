using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Evaluation.Results;

/// <summary>Results of one shard as a file of their own, for shards that run on different machines.</summary>
public static class ShardJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Writes the results of a shard.</summary>
    /// <param name="result">The results.</param>
    /// <param name="path">Target path.</param>
    /// <returns>SHA-256 of the file.</returns>
    public static string Save(TaskResult result, string path) =>
        Files.Replace(path, JsonSerializer.Serialize(result, Options) + "\n");

    /// <summary>Reads the results of a shard.</summary>
    /// <param name="path">A file written by <see cref="Save"/>.</param>
    /// <returns>The results.</returns>
    /// <exception cref="ResultsFormatException">The file cannot be read.</exception>
    public static TaskResult Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<TaskResult>(File.ReadAllText(path), Options)
                ?? throw new JsonException("the file is empty");
        }
        catch (Exception exception) when (exception is JsonException or IOException)
        {
            throw new ResultsFormatException(
                $"{path} holds no results of a shard: {exception.Message}; run the shard again", exception);
        }
    }
}
