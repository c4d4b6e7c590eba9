using System.Security.Cryptography;
using System.Text;
using Pipeline.Gateway.Api;

namespace Pipeline.Gateway.Serving;

/// <summary>
/// Gives a repeated request with the same <c>Idempotency-Key</c> the first one's answer instead of a second run.
/// </summary>
/// <param name="capacity">Answers that are remembered.</param>
public sealed class IdempotencyCache(int capacity = 1024)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>Runs a request once.</summary>
    /// <param name="client">Id of the client; keys of two clients never meet.</param>
    /// <param name="key">Value of the header.</param>
    /// <param name="body">The body, for comparison.</param>
    /// <param name="run">Produces the answer.</param>
    /// <returns>The answer, and whether it was there already.</returns>
    /// <exception cref="ApiException">The key was used with another body, or is too long.</exception>
    public async Task<(T Answer, bool Replayed)> RunAsync<T>(string client, string key, string body, Func<Task<T>> run)
        where T : class
    {
        if (key.Length > 255)
        {
            throw ApiException.BadField("Idempotency-Key", "must be at most 255 characters");
        }

        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
        var name = $"{client}\n{key}";
        Entry? entry;
        TaskCompletionSource<object>? mine = null;
        lock (_lock)
        {
            if (!_entries.TryGetValue(name, out entry))
            {
                mine = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
                _entries[name] = entry = new Entry(digest, mine.Task);
                _order.Enqueue(name);
                while (_order.Count > capacity)
                {
                    _entries.Remove(_order.Dequeue());
                }
            }
        }

        if (mine is null)
        {
            return entry.Digest == digest
                ? ((T)await entry.Answer, true)
                : throw new ApiException(422, "idempotency_key_reused",
                    "this Idempotency-Key belongs to a request with another body", "Idempotency-Key");
        }

        try
        {
            var answer = await run();
            mine.SetResult(answer);
            return (answer, false);
        }
        catch (Exception exception)
        {
            // A failure has no effect to repeat, so that the next try may succeed.
            lock (_lock)
            {
                _entries.Remove(name);
            }

            mine.SetException(exception);
            _ = mine.Task.Exception;
            throw;
        }
    }

    private sealed record Entry(string Digest, Task<object> Answer);
}
