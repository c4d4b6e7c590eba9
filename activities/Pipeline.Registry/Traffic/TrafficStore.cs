using System.Globalization;
using System.Text.Json;
using Pipeline.Registry.Storage;

namespace Pipeline.Registry.Traffic;

/// <summary>
/// Traffic states in an object store: every version is one immutable object, so the history is append-only and linear.
/// </summary>
/// <remarks>
/// Layout: <c>traffic/ALIAS/0000000001.json</c>. The write of version n + 1 succeeds only when no object has that key,
/// which makes it a compare-and-set on version n; two writers can never both win.
/// </remarks>
/// <param name="store">Where the states live.</param>
/// <param name="time">Clock of <see cref="TrafficState.UpdatedAt"/>; null takes the system's.</param>
public sealed class TrafficStore(IObjectStore store, TimeProvider? time = null)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        AllowDuplicateProperties = false,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
    };

    /// <summary>Reads the version in force.</summary>
    /// <param name="alias">The alias.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The newest version, or null when the alias has no traffic state.</returns>
    /// <exception cref="ArgumentException">The alias is not a name.</exception>
    /// <exception cref="InvalidDataException">The stored object is damaged.</exception>
    public Task<TrafficState?> ReadAsync(string alias, CancellationToken cancellation = default) =>
        ReadAfterAsync(alias, 0, cancellation);

    /// <summary>Reads the version in force when it is newer than a known one.</summary>
    /// <param name="alias">The alias.</param>
    /// <param name="knownVersion">Version that the caller has; 0 for none.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The newest version, or null when there is nothing newer.</returns>
    public async Task<TrafficState?> ReadAfterAsync(
        string alias, long knownVersion, CancellationToken cancellation = default)
    {
        string? newest = null;
        await foreach (var info in store.ListAsync(Prefix(alias), Key(alias, knownVersion), cancellation))
        {
            newest = info.Key;
        }

        return newest is null ? null : await OpenAsync(newest, cancellation);
    }

    /// <summary>
    /// Sets the next version, provided that nobody else did since <paramref name="expectedVersion"/> was read, and
    /// reads it back.
    /// </summary>
    /// <param name="state">The wanted state; version, actor, reason and time are filled in.</param>
    /// <param name="expectedVersion">Version that the decision was based on; 0 when there was none.</param>
    /// <param name="actor">Who sets it.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The state as stored. Setting the same state again with the same expectation returns the stored
    /// version.</returns>
    /// <exception cref="ArgumentException">The state is not acceptable; the message says why.</exception>
    /// <exception cref="TrafficConflictException">Another version is in force.</exception>
    public async Task<TrafficState> SetAsync(
        TrafficState state, long expectedVersion, string actor, string reason, CancellationToken cancellation = default)
    {
        TrafficRules.Check(state, actor, reason);
        var next = state with
        {
            Version = expectedVersion + 1,
            Actor = actor,
            Reason = reason,
            UpdatedAt = (time ?? TimeProvider.System).GetUtcNow(),
        };
        var current = await ReadAsync(state.Alias, cancellation);
        if ((current?.Version ?? 0) != expectedVersion)
        {
            return SameChange(current, next)
                ? current! : throw new TrafficConflictException(state.Alias, expectedVersion, current);
        }

        try
        {
            using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(next, Json));
            await store.PutAsync(Key(state.Alias, next.Version), body, PutCondition.Absent, cancellation);
        }
        catch (ObjectStoreException exception) when (exception.Error == ObjectStoreError.PreconditionFailed)
        {
            current = await ReadAsync(state.Alias, cancellation);
            return SameChange(current, next)
                ? current! : throw new TrafficConflictException(state.Alias, expectedVersion, current);
        }

        var stored = await OpenAsync(Key(state.Alias, next.Version), cancellation);
        return stored == next
            ? stored
            : throw new ObjectStoreException(
                ObjectStoreError.Integrity,
                $"traffic of '{state.Alias}' version {next.Version} reads back differently");
    }

    /// <summary>
    /// Ends any rollout of an alias: the stable arm gets all traffic, whatever others write meanwhile.
    /// </summary>
    /// <param name="alias">The alias.</param>
    /// <param name="actor">Who rolls back.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The state in force, or null when the alias has none.</returns>
    public async Task<TrafficState?> RollBackAsync(
        string alias, string actor, string reason, CancellationToken cancellation = default)
    {
        while (true)
        {
            var current = await ReadAsync(alias, cancellation);
            if (current is null || (current.Candidate is null && current.CandidatePercent == 0))
            {
                return current;
            }

            try
            {
                return await SetAsync(current.RolledBack(), current.Version, actor, reason, cancellation);
            }
            catch (TrafficConflictException)
            {
                // Somebody else wrote between read and write: decide on the newer version.
            }
        }
    }

    /// <summary>Every version of an alias, oldest first.</summary>
    /// <param name="alias">The alias.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The versions.</returns>
    public async IAsyncEnumerable<TrafficState> HistoryAsync(
        string alias, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var info in store.ListAsync(Prefix(alias), cancellation: cancellation))
        {
            yield return await OpenAsync(info.Key, cancellation);
        }
    }

    /// <summary>Aliases that have a traffic state.</summary>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>Names in ordinal order.</returns>
    public async Task<IReadOnlyList<string>> AliasesAsync(CancellationToken cancellation = default)
    {
        var aliases = new List<string>();
        await foreach (var info in store.ListAsync("traffic/", cancellation: cancellation))
        {
            if (info.Key.Split('/') is ["traffic", var alias, _] && (aliases.Count == 0 || aliases[^1] != alias))
            {
                aliases.Add(alias);
            }
        }

        return aliases;
    }

    // The same decision written twice, by a retry whose first answer was lost, is one change.
    private static bool SameChange(TrafficState? current, TrafficState next) =>
        current is not null && current == next with { UpdatedAt = current.UpdatedAt };

    private static string Prefix(string alias) =>
        TrafficNames.IsName(alias) ? $"traffic/{alias}/"
            : throw new ArgumentException($"'{alias}' is not an alias; use {TrafficRules.NameRule}", nameof(alias));

    private static string Key(string alias, long version) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix(alias)}{version:d10}.json");

    private async Task<TrafficState> OpenAsync(string key, CancellationToken cancellation)
    {
        await using var body = await store.OpenAsync(key, cancellation: cancellation);
        try
        {
            return await JsonSerializer.DeserializeAsync<TrafficState>(body, Json, cancellation)
                ?? throw new JsonException("the object is empty");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{key} is not a traffic state: {exception.Message}", exception);
        }
    }
}
