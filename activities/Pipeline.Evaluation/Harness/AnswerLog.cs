using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Faults;

namespace Pipeline.Evaluation.Harness;

/// <summary>Answers on disk, a line each; what a killed run has answered is not asked again.</summary>
internal sealed class AnswerLog : IDisposable
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly FileStream _stream;

    private AnswerLog(FileStream stream, Dictionary<string, AnsweredQuestion> known) =>
        (_stream, Known) = (stream, known);

    /// <summary>Answers of earlier attempts by id.</summary>
    public Dictionary<string, AnsweredQuestion> Known { get; }

    /// <summary>Opens a log; a line that was cut off by a kill is dropped.</summary>
    /// <param name="path">The log.</param>
    /// <param name="identity">First line: an earlier log of another model, task or prompt is thrown away.</param>
    public static AnswerLog Open(string path, string identity)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!); // a file path has a folder
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        var known = new Dictionary<string, AnsweredQuestion>(StringComparer.Ordinal);
        var end = Read(stream, identity, known);
        stream.SetLength(end);
        stream.Position = end;
        var log = new AnswerLog(stream, known);
        if (end == 0) log.Write(JsonSerializer.Serialize(identity));
        return log;
    }

    /// <summary>Adds an answer.</summary>
    public void Add(AnsweredQuestion answer) => Write(Serialize(answer));

    /// <summary>Makes the answers so far survive a crash.</summary>
    public void Flush()
    {
        _stream.Flush(flushToDisk: true);
        FaultPoint.Hit("evaluation.batch");
    }

    public void Dispose() => _stream.Dispose();

    public static string Serialize(AnsweredQuestion answer) => JsonSerializer.Serialize(answer, Options);

    public static AnsweredQuestion Deserialize(string line) =>
        JsonSerializer.Deserialize<AnsweredQuestion>(line, Options) ?? throw new JsonException("a line is empty");

    private static long Read(FileStream stream, string identity, Dictionary<string, AnsweredQuestion> known)
    {
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        long end = 0;
        var first = true;
        for (var start = 0; start < bytes.Length;)
        {
            var length = bytes.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0) break;
            var line = bytes.AsSpan(start, length);
            try
            {
                if (first && JsonSerializer.Deserialize<string>(line) != identity) return 0;
                if (!first && JsonSerializer.Deserialize<AnsweredQuestion>(line, Options) is { } answer)
                    known[answer.Id] = answer;
            }
            catch (JsonException)
            {
                return end;
            }

            first = false;
            start += length + 1;
            end = start;
        }

        return end;
    }

    private void Write(string line) => _stream.Write([.. System.Text.Encoding.UTF8.GetBytes(line), (byte)'\n']);
}
