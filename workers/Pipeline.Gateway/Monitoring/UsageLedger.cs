using System.Text.Json;

namespace Pipeline.Gateway.Monitoring;

/// <summary>An append-only file of what was served: one line when a request begins, one when it ends.</summary>
/// <remarks>
/// A begin without an end belongs to a process that died; the next process marks it <c>incomplete</c>.
/// </remarks>
public sealed class UsageLedger : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly Lock _lock = new();
    private readonly StreamWriter? _file;
    private readonly TimeProvider _time;

    /// <summary>Opens the file and closes what an earlier process left open.</summary>
    /// <param name="folder">Folder of the file; null writes nothing.</param>
    /// <param name="time">Clock; null takes the system's.</param>
    public UsageLedger(string? folder, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        if (folder is null)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "usage.jsonl");
        var open = File.Exists(path) ? Open(path) : [];
        _file = new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read))
        {
            AutoFlush = true,
        };
        foreach (var id in open)
        {
            End(id, "incomplete", 0, 0);
        }
    }

    /// <summary>A request begins.</summary>
    /// <param name="id">Id of the request.</param>
    /// <param name="client">Id of the client.</param>
    /// <param name="adapter"><c>name@version</c> or <c>base</c>.</param>
    /// <param name="digest">Digest of the adapter, or empty.</param>
    public void Begin(string id, string client, string adapter, string digest) =>
        Write(new { Event = "begin", id, At = _time.GetUtcNow(), client, adapter, digest });

    /// <summary>A request ends.</summary>
    /// <param name="id">Id of the request.</param>
    /// <param name="state"><c>complete</c>, <c>cancelled</c>, <c>error</c> or <c>incomplete</c>.</param>
    /// <param name="promptTokens">Tokens of the prompts.</param>
    /// <param name="completionTokens">Tokens of the answers.</param>
    public void End(string id, string state, long promptTokens, long completionTokens) =>
        Write(new { Event = "end", id, At = _time.GetUtcNow(), state, promptTokens, completionTokens });

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private static HashSet<string> Open(string path)
    {
        var open = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(path))
        {
            // The last line of a killed process may be torn.
            if (TryRead(line) is not { } entry)
            {
                continue;
            }

            _ = entry.Begins ? open.Add(entry.Id) : open.Remove(entry.Id);
        }

        return open;
    }

    private static (bool Begins, string Id)? TryRead(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return (document.RootElement.GetProperty("event").GetString()
                == "begin", document.RootElement.GetProperty("id").GetString() ?? "");
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private void Write<T>(T entry)
    {
        if (_file is not null)
        {
            lock (_lock)
            {
                _file.WriteLine(JsonSerializer.Serialize(entry, Json));
            }
        }
    }
}
