using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Data.Ingest;

namespace Pipeline.Data.Tests.Ingest;

/// <summary>Raw objects in memory, with keys that no folder can hold and a listing that misbehaves as told.</summary>
internal sealed class MemoryRawStore : IRawStore
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly SortedDictionary<string, (byte[] Content, string Version, DateTimeOffset At)> _objects =
        new(StringComparer.Ordinal);

    public string Location => "memory:";

    public int Downloads { get; private set; }

    /// <summary>How often the listing repeats each object, in reverse order.</summary>
    public int Repeats { get; set; } = 1;

    public long LieAboutBytes { get; set; }

    public void Put(string key, string content, int minute = 0) =>
        _objects[key] =
            (Encoding.UTF8.GetBytes(content), $"v{_objects.Count}-{content.Length}-{minute}", Start.AddMinutes(minute));

    public async IAsyncEnumerable<RawObject> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            foreach (var (key, value) in _objects.Reverse()
                .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)))
            {
                yield return new RawObject(key, value.Version, value.Content.Length + LieAboutBytes, value.At);
            }
        }

        await Task.CompletedTask;
    }

    public async Task<string> DownloadAsync(RawObject source, string path, CancellationToken cancellationToken)
    {
        Downloads++;
        var now = _objects.TryGetValue(source.Key, out var found) ? found.Version : null;
        if (now != source.Version)
        {
            throw new SourceMutatedException(source.Key, source.Version, now);
        }

        await File.WriteAllBytesAsync(path, found.Content, cancellationToken);
        return Convert.ToHexStringLower(SHA256.HashData(found.Content));
    }
}
