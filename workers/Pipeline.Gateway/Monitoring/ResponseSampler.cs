using System.Text.Json;
using Pipeline.Gateway.Api;
using Pipeline.Gateway.Routing;
using Pipeline.Hosting.Logging;

namespace Pipeline.Gateway.Monitoring;

/// <summary>Stores a share of the answers, redacted, for judges and people.</summary>
/// <param name="folder">Folder of the file; null stores nothing.</param>
/// <param name="share">Share of the answers, 0 to 1.</param>
/// <param name="time">Clock.</param>
public sealed class ResponseSampler(string? folder, double share, TimeProvider time)
{
    private const long MaxFileBytes = 64L << 20;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly Lock _lock = new();

    /// <summary>Stores an answer when its turn comes.</summary>
    /// <param name="id">Id of the request; decides whether it is stored.</param>
    /// <param name="call">The request.</param>
    /// <param name="flow">What answered.</param>
    /// <param name="answer">The answer.</param>
    public void Offer(string id, CompletionCall call, ResolvedFlow flow, string answer)
    {
        if (folder is null || !Chosen(id))
        {
            return;
        }

        var line = JsonSerializer.Serialize(
            new
            {
                id,
                at = time.GetUtcNow(),
                model = flow.Model,
                adapter = flow.AdapterId,
                digest = flow.Adapter?.Digest,
                arm = flow.Traffic is null ? null : flow.Arm.ToString().ToLowerInvariant(),
                prompt = Redactor.Redact(call.RoutingText),
                answer = Redactor.Redact(answer),
            },
            Json);
        lock (_lock)
        {
            Directory.CreateDirectory(folder);
            var path = Path.Combine(folder, $"samples-{time.GetUtcNow():yyyyMMdd}.jsonl");
            if (!File.Exists(path) || new FileInfo(path).Length < MaxFileBytes)
            {
                File.AppendAllText(path, line + "\n");
            }
        }
    }

    private bool Chosen(string id) => Registry.Traffic.TrafficAssignment.Position("sample", id) < share * 100;
}
