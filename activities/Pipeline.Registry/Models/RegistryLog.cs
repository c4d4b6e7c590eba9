using System.Globalization;
using System.Security.Cryptography;
using Pipeline.Registry.Storage;

namespace Pipeline.Registry.Models;

/// <summary>
/// The append-only history of one model: one object for each event, created only when its number is free.
/// </summary>
/// <remarks>
/// The conditional create is the only commit point, so two writers of one state cannot both win, and the history is
/// linear.
/// Each entry carries the state behind it and the digest of the entry before.
/// </remarks>
internal sealed class RegistryLog(IObjectStore store, string name, TimeProvider clock)
{
    private readonly string _prefix = $"registry/models/{name}/log/";
    private volatile Entry? _last;

    /// <summary>The last event, or null for a model without history.</summary>
    public async Task<RegistryEvent?> LastAsync(CancellationToken cancellation) =>
        (await LastEntryAsync(cancellation))?.Event;

    /// <summary>
    /// Appends what <paramref name="decide"/> makes of the current state; asked again when another writer was faster.
    /// </summary>
    /// <param name="requestId">Id of the request; an event with this id is returned instead of a second one. Empty for
    /// none.</param>
    /// <param name="decide">Gets the state; returns a draft, null for nothing to do, or throws to refuse.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The event, or null when there was nothing to do.</returns>
    public async Task<RegistryEvent?> AppendAsync(
        string requestId, Func<RegistryState, RegistryEvent?> decide, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            var last = await LastEntryAsync(cancellation);
            if (requestId.Length > 0 && await FindRequestAsync(requestId, cancellation) is { } earlier)
            {
                return earlier;
            }

            var state = last?.Event.State ?? RegistryState.Empty;
            if (decide(state) is not { } draft)
            {
                return null;
            }

            var entry = draft with
            {
                Sequence = (last?.Event.Sequence ?? 0) + 1,
                Name = name,
                At = clock.GetUtcNow(),
                RequestId = requestId,
                Previous = last is null ? "" : Digest(last.Bytes),
                State = state.Apply(draft),
            };
            if (await JsonObjects.TryWriteAsync(
                store, Key(entry.Sequence), JsonObjects.ToBytes(entry), PutCondition.Absent, cancellation))
            {
                return entry;
            }

            // Every failure means that another writer got on; the pause only spreads them.
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 5 << Math.Min(attempt, 5))), cancellation);
        }
    }

    /// <summary>All events in order, with the chain of digests checked.</summary>
    /// <exception cref="RegistryException">An entry is missing or was changed.</exception>
    public async Task<IReadOnlyList<RegistryEvent>> ReadAsync(CancellationToken cancellation)
    {
        var (events, previous) = (new List<RegistryEvent>(), "");
        await foreach (var info in store.ListAsync(_prefix, cancellation: cancellation))
        {
            var (entry, bytes, _) = await JsonObjects.ReadAsync<RegistryEvent>(store, info.Key, cancellation)
                ?? throw Broken(info.Key, "disappeared");
            if (entry.Sequence != events.Count + 1 || entry.Previous != previous)
            {
                throw Broken(info.Key, "does not follow the entry before it");
            }

            events.Add(entry);
            previous = Digest(bytes);
        }

        return events;
    }

    /// <summary>The event that a request caused, or null.</summary>
    public async Task<RegistryEvent?> FindRequestAsync(string requestId, CancellationToken cancellation) =>
        (await ReadAsync(cancellation)).FirstOrDefault(entry => entry.RequestId == requestId);

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static RegistryException Broken(string key, string why) =>
        new(RegistryError.Digest, $"history entry '{key}' {why}; the history was changed outside the registry");

    private string Key(int sequence) => _prefix + sequence.ToString("D8", CultureInfo.InvariantCulture) + ".json";

    // Entries never change, so only those behind the newest known one need listing.
    private async Task<Entry?> LastEntryAsync(CancellationToken cancellation)
    {
        var (known, last) = (_last, (string?)null);
        await foreach (var info in store.ListAsync(
            _prefix, known is null ? null : Key(known.Event.Sequence), cancellation))
        {
            last = info.Key;
        }

        if (last is null)
        {
            return known;
        }

        var found = await JsonObjects.ReadAsync<RegistryEvent>(store, last, cancellation)
            ?? throw Broken(last, "disappeared");
        return _last = new Entry(found.Value, found.Bytes);
    }

    private sealed record Entry(RegistryEvent Event, byte[] Bytes);
}
