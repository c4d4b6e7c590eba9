using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Llm.Training;

/// <summary>Log lines and evaluations of a run, one JSON object a line, without gaps or repetitions over
/// restarts.</summary>
internal sealed class EventFile : IDisposable
{
    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    private readonly StreamWriter _writer;

    private EventFile(StreamWriter writer) => _writer = writer;

    /// <summary>Opens the file; lines after the step that the run continues from are dropped, because they will be
    /// written again.</summary>
    public static EventFile Open(string path, int step)
    {
        var kept = File.Exists(path) && step > 0
            ? File.ReadLines(path).Where(line => StepOf(line) <= step).ToList() : [];
        var temporary = path + ".tmp";
        File.WriteAllLines(temporary, kept);
        File.Move(temporary, path, overwrite: true);
        return new(new StreamWriter(path, append: true) { AutoFlush = true });
    }

    public void Write(TrainingLog log) => _writer.WriteLine(JsonSerializer.Serialize(log, Json));

    public void Write(EvaluationPoint point) => _writer.WriteLine(JsonSerializer.Serialize(point, Json));

    public void Dispose() => _writer.Dispose();

    // A line cut off by a kill counts as later than anything.
    private static int StepOf(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.GetProperty("step").GetInt32();
        }
        catch (JsonException)
        {
            return int.MaxValue;
        }
    }
}
