using System.Security.Cryptography;
using System.Text;
using Pipeline.Activities.Running;
using Pipeline.Registry.Storage;
using Pipeline.Workflows.Contracts;
using Temporalio.Activities;

namespace Pipeline.Activities.Data;

/// <summary>What is new under a prefix of the store.</summary>
/// <param name="store">The object store.</param>
public sealed class TriggerActivities(IObjectStore store) : ITriggerActivities
{
    /// <inheritdoc/>
    [Activity]
    public async Task<PrefixChange> MeasurePrefixAsync(MeasurePrefixInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var pulse = new ActivityPulse();
        var (known, snapshot) = (await SnapshotAsync(input.Marker, pulse.Stop),
            new SortedDictionary<string, string>(StringComparer.Ordinal));
        var (objects, bytes) = (0, 0L);
        await foreach (var found in store.ListAsync(input.Prefix, cancellation: pulse.Stop))
        {
            snapshot[found.Key] = found.ETag;
            if (known.GetValueOrDefault(found.Key) != found.ETag)
            {
                (objects, bytes) = (objects + 1, bytes + found.Bytes);
            }
        }

        return new PrefixChange(objects, bytes, await RememberAsync(snapshot, pulse.Stop));
    }

    private static string NameOf(string marker) => $"triggers/{marker}.txt";

    // The marker is the digest of a listing that is kept in the store, so it stays small however many objects there
    // are.
    private async Task<string> RememberAsync(SortedDictionary<string, string> snapshot, CancellationToken cancellation)
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(snapshot.Select(entry => $"{entry.Value}\t{entry.Key}\n")));
        var marker = Convert.ToHexStringLower(SHA256.HashData(text));
        if (await store.HeadAsync(NameOf(marker), cancellation) is null)
        {
            try
            {
                await store.PutAsync(NameOf(marker), new MemoryStream(text), PutCondition.Absent, cancellation);
            }
            catch (ObjectStoreException exception) when (exception.Error == ObjectStoreError.PreconditionFailed)
            {
                // Another attempt stored the same listing.
            }
        }

        return marker;
    }

    private async Task<Dictionary<string, string>> SnapshotAsync(string marker, CancellationToken cancellation)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        if (marker.Length == 0)
        {
            return known;
        }

        using var reader = new StreamReader(await store.OpenAsync(NameOf(marker), cancellation: cancellation));
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            known[line[(tab + 1)..]] = line[..tab];
        }

        return known;
    }
}
