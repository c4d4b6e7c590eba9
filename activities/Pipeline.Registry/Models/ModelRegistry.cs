using System.Collections.Concurrent;
using Pipeline.Registry.Artifacts;
using Pipeline.Registry.Lineage;
using Pipeline.Registry.Storage;

namespace Pipeline.Registry.Models;

/// <summary>
/// Models, their immutable versions, and the aliases that say which one serves; on the object store alone.
/// </summary>
/// <remarks>Safe for several processes at once: every change is one conditional write. Opening it is free.</remarks>
public sealed class ModelRegistry
{
    /// <summary>The alias of what serves.</summary>
    public const string Champion = "champion";

    private readonly IObjectStore _store;
    private readonly TimeProvider _clock;
    private readonly ModelVersions _versions;
    private readonly HashSet<string> _protected;
    private readonly ConcurrentDictionary<string, RegistryLog> _logs = new(StringComparer.Ordinal);

    /// <summary>Opens the registry of a store.</summary>
    /// <param name="store">A store that honours conditional writes, see <see cref="ConditionalWriteProbe"/>.</param>
    /// <param name="clock">Source of times; null takes the system's.</param>
    /// <param name="protectedAliases">Aliases that need evidence and an approval; null protects
    /// <see cref="Champion"/>.</param>
    public ModelRegistry(IObjectStore store, TimeProvider? clock = null, IEnumerable<string>? protectedAliases = null)
    {
        (_store, _clock) = (store, clock ?? TimeProvider.System);
        _versions = new ModelVersions(store, _clock);
        _protected = (protectedAliases ?? [Champion]).ToHashSet(StringComparer.Ordinal);
        (Bases, Lineage, Artifacts) = (new BaseModels(store), new LineageStore(store), new ArtifactStore(store));
    }

    /// <summary>The registered base models.</summary>
    public BaseModels Bases { get; }

    /// <summary>The recorded lineage.</summary>
    public LineageStore Lineage { get; }

    /// <summary>The files of the versions.</summary>
    public ArtifactStore Artifacts { get; }

    /// <summary>Where the registry is, without credentials.</summary>
    public Uri Location => _store.Location;

    internal IObjectStore Store => _store;

    /// <summary>Registers a version; a retry with the same key returns the version that is there.</summary>
    /// <param name="request">What the version is made of.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The version with its number.</returns>
    /// <exception cref="RegistryException">The base is unknown or differs, the package is not committed, or the key was
    /// used otherwise.</exception>
    public async Task<AdapterVersion> RegisterAsync(RegisterVersion request, CancellationToken cancellation = default)
    {
        var version = await _versions.RegisterAsync(request, cancellation);
        if (request.Tags.Count > 0)
        {
            await ChangeNotesAsync(version.Name, version.Version, notes => Merge(notes, request.Tags), cancellation);
        }

        return version;
    }

    /// <summary>Finds the version that an address names now.</summary>
    /// <param name="address">An address.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The version.</returns>
    /// <exception cref="RegistryException">There is no such alias or version, or the version was deleted.</exception>
    public async Task<AdapterVersion> ResolveAsync(ModelAddress address, CancellationToken cancellation = default)
    {
        var state = await StateAsync(address.Name, cancellation);
        int? target = state.Aliases.TryGetValue(address.Alias ?? "", out var pointed) ? pointed : null;
        var number = address.Version ?? target
            ?? throw new RegistryException(RegistryError.NotFound, $"{address} does not exist");
        if (state.Deleted.Contains(number))
        {
            throw new RegistryException(RegistryError.Deleted, $"{address} was deleted");
        }

        return await _versions.FindAsync(address.Name, number, cancellation)
            ?? throw new RegistryException(RegistryError.NotFound, $"{address} does not exist");
    }

    /// <summary>Finds the version that an address names now.</summary>
    /// <param name="address">Text that <see cref="ModelAddress.Parse"/> accepts.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The version.</returns>
    /// <exception cref="RegistryException">The text is no address, or names nothing.</exception>
    public Task<AdapterVersion> ResolveAsync(string address, CancellationToken cancellation = default) =>
        ResolveAsync(ModelAddress.Parse(address), cancellation);

    /// <summary>Names of all models.</summary>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>Names in ordinal order.</returns>
    public Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellation = default) =>
        _versions.NamesAsync(cancellation);

    /// <summary>The versions of a model that were not deleted.</summary>
    /// <param name="name">Model name.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>Versions, oldest first.</returns>
    public async Task<IReadOnlyList<AdapterVersion>> VersionsAsync(
        string name, CancellationToken cancellation = default)
    {
        var deleted = (await StateAsync(name, cancellation)).Deleted;
        return [.. (await _versions.ListAsync(name, cancellation))
            .Where(version => !deleted.Contains(version.Version))];
    }

    /// <summary>Aliases, deployments and deletions of a model.</summary>
    /// <param name="name">Model name.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The state; empty for an unknown model.</returns>
    public async Task<RegistryState> StateAsync(string name, CancellationToken cancellation = default) =>
        (await Log(name).LastAsync(cancellation))?.State ?? RegistryState.Empty;

    /// <summary>The whole history of a model, with its chain of digests checked.</summary>
    /// <param name="name">Model name.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>Events, oldest first.</returns>
    public Task<IReadOnlyList<RegistryEvent>> HistoryAsync(string name, CancellationToken cancellation = default) =>
        Log(name).ReadAsync(cancellation);

    /// <summary>Points an alias at a version, or removes it; exactly one of two racing callers wins.</summary>
    /// <param name="move">What to do, and what the caller saw before.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The event; the earlier one when the request was seen before.</returns>
    /// <exception cref="RegistryException">The alias moved meanwhile, the version is missing or deleted, or a gate is
    /// missing.</exception>
    public async Task<RegistryEvent> MoveAliasAsync(MoveAlias move, CancellationToken cancellation = default)
    {
        RegistryNames.Alias(move.Alias);
        if (move.Version is { } target && await _versions.FindAsync(move.Name, target, cancellation) is null)
        {
            throw new RegistryException(
                RegistryError.NotFound, $"{new ModelAddress(move.Name, target, null)} does not exist");
        }

        await CheckGateAsync(move, cancellation);
        var reason = move.Waiver.Length == 0
            ? move.Reason : $"{move.Reason} (waived: {RegistryNames.Text("waiver", move.Waiver)})";
        return await AppendAsync(
            move.Name, move.RequestId, move.Actor, reason, state => Move(move, state), cancellation);
    }

    /// <summary>Records that a deployment uses a version, so that it cannot be deleted.</summary>
    /// <param name="name">Model name.</param>
    /// <param name="version">Version; null releases what the deployment used.</param>
    /// <param name="deployment">Name of the deployment, in the form of a model name.</param>
    /// <param name="actor">Who.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The event.</returns>
    public async Task<RegistryEvent> SetUseAsync(
        string name, int? version, string deployment, string actor, string reason,
        CancellationToken cancellation = default)
    {
        RegistryNames.Model(deployment);
        if (version is { } number)
        {
            await ResolveAsync(new ModelAddress(name, number, null), cancellation);
        }

        return await AppendAsync(name, "", actor, reason, state => Draft(
            version is null ? RegistryEventKind.UseReleased : RegistryEventKind.UseClaimed,
            deployment, state.Uses.TryGetValue(deployment, out var before) ? before : (int?)null,
            Alive(name, version, state)), cancellation);
    }

    /// <summary>Writes a step of a rollout into the history, next to the alias moves.</summary>
    /// <param name="name">Model name.</param>
    /// <param name="version">Version that is rolled out.</param>
    /// <param name="step">Step, such as <c>canary-25</c>, in the form of a model name.</param>
    /// <param name="actor">Who: usually workflow and run.</param>
    /// <param name="reason">Measured figures, or why it was rolled back.</param>
    /// <param name="requestId">Id that makes a repeated report one event.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The event.</returns>
    public Task<RegistryEvent> ReportRolloutAsync(
        string name, int version, string step, string actor, string reason, string requestId = "",
        CancellationToken cancellation = default) =>
        AppendAsync(
            name, requestId, actor, reason,
            state => Draft(RegistryEventKind.RolloutReported, RegistryNames.Model(step), null,
                Alive(name, version, state)), cancellation);

    /// <summary>
    /// Deletes a version: it no longer resolves, and its number is not used again. Shared files stay in the store.
    /// </summary>
    /// <param name="name">Model name.</param>
    /// <param name="version">Version.</param>
    /// <param name="actor">Who.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The event.</returns>
    /// <exception cref="RegistryException">An alias or a deployment uses the version.</exception>
    public async Task<RegistryEvent> DeleteAsync(
        string name, int version, string actor, string reason, CancellationToken cancellation = default)
    {
        await ResolveAsync(new ModelAddress(name, version, null), cancellation);
        return await AppendAsync(name, "", actor, reason, state => Delete(name, version, state), cancellation);
    }

    /// <summary>Description and tags of a model or a version.</summary>
    /// <param name="name">Model name.</param>
    /// <param name="version">Version; null for the model.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The notes; empty when nobody wrote any.</returns>
    public async Task<ModelNotes> NotesAsync(
        string name, int? version = null, CancellationToken cancellation = default) =>
        (await JsonObjects.ReadAsync<ModelNotes>(_store, NotesKey(name, version), cancellation))?.Value
            ?? new ModelNotes();

    /// <summary>Changes description or tags; concurrent changes are all kept.</summary>
    /// <param name="name">Model name.</param>
    /// <param name="version">Version; null for the model.</param>
    /// <param name="change">Makes the new notes of the current ones; may run more than once.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The new notes.</returns>
    public async Task<ModelNotes> ChangeNotesAsync(
        string name, int? version, Func<ModelNotes, ModelNotes> change, CancellationToken cancellation = default)
    {
        while (true)
        {
            var current = await JsonObjects.ReadAsync<ModelNotes>(_store, NotesKey(name, version), cancellation);
            var next = change(current?.Value ?? new ModelNotes());
            RegistryNames.Text("description", next.Description, required: false);
            foreach (var (tag, value) in next.Tags)
            {
                RegistryNames.Model(tag);
                RegistryNames.Text($"tag '{tag}'", value, required: false);
            }

            var condition = current is null ? PutCondition.Absent : PutCondition.Match(current.Value.ETag);
            if (await JsonObjects.TryWriteAsync(
                _store, NotesKey(name, version), JsonObjects.ToBytes(next), condition, cancellation))
            {
                return next;
            }
        }
    }

    /// <summary>Everything that a version rests on, with its rollout.</summary>
    /// <param name="address">An address.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The lineage, with the version as root.</returns>
    public async Task<LineageGraph> LineageAsync(ModelAddress address, CancellationToken cancellation = default)
    {
        var version = await ResolveAsync(address, cancellation);
        return await VersionLineage.ReadAsync(
            this, version, await HistoryAsync(version.Name, cancellation), cancellation);
    }

    private static ModelNotes Merge(ModelNotes notes, IReadOnlyDictionary<string, string> tags)
    {
        var merged = new SortedDictionary<string, string>(notes.Tags, StringComparer.Ordinal);
        foreach (var (tag, value) in tags)
        {
            merged[tag] = value;
        }

        return notes with { Tags = merged };
    }

    private static RegistryEvent Draft(RegistryEventKind kind, string subject, int? from, int? to) => new()
    {
        Kind = kind,
        Subject = subject,
        From = from,
        To = to,
        Sequence = 0,
        Name = "",
        Actor = "",
        Reason = "",
        At = default,
        Previous = "",
        State = RegistryState.Empty,
    };

    private static RegistryEvent Move(MoveAlias move, RegistryState state)
    {
        int? current = state.Aliases.TryGetValue(move.Alias, out var version) ? version : null;
        if (current != move.Expected)
        {
            throw new RegistryException(
                RegistryError.AliasMoved,
                $"alias '{move.Alias}' of {move.Name} is at {Show(current)}, not at {Show(move.Expected)}; look again "
                    + $"and decide anew");
        }

        var kind = move.Version is null ? RegistryEventKind.AliasRemoved : RegistryEventKind.AliasMoved;
        return Draft(kind, move.Alias, current, Alive(move.Name, move.Version, state));
    }

    private static RegistryEvent? Delete(string name, int version, RegistryState state)
    {
        var users = state.Aliases.Where(pair => pair.Value == version).Select(pair => $"alias '{pair.Key}'")
            .Concat(state.Uses.Where(pair => pair.Value == version).Select(pair => $"deployment '{pair.Key}'"))
            .ToList();
        return users.Count == 0
            ? Draft(RegistryEventKind.VersionDeleted, "", version, null) : throw new RegistryException(
            RegistryError.InUse,
            $"{new ModelAddress(name, version, null)} is used by {string.Join(", ", users)}; move them first");
    }

    private static int? Alive(string name, int? version, RegistryState state) =>
        version is { } number && state.Deleted.Contains(number)
            ? throw new RegistryException(RegistryError.Deleted, $"{new ModelAddress(name, number, null)} was deleted")
            : version;

    private static string Show(int? version) => version is null ? "no version" : $"version {version}";

    private static string NotesKey(string name, int? version) =>
        $"registry/models/{RegistryNames.Model(name)}/notes/{(version is { } number ? $"{number:D6}" : "model")}.json";

    private async Task CheckGateAsync(MoveAlias move, CancellationToken cancellation)
    {
        if (move.Version is not { } number || !_protected.Contains(move.Alias) || move.Waiver.Length > 0)
        {
            return;
        }

        var version = await ResolveAsync(new ModelAddress(move.Name, number, null), cancellation);
        if (PromotionGate.Missing(version, await VersionLineage.ReadAsync(this, version, [], cancellation))
            is { } missing)
        {
            throw new RegistryException(
                RegistryError.GateMissing,
                $"'{move.Alias}' may not point at {version.Address}: {missing}; record it or waive it with a reason");
        }
    }

    private async Task<RegistryEvent> AppendAsync(
        string name, string requestId, string actor, string reason, Func<RegistryState, RegistryEvent?> decide,
        CancellationToken cancellation)
    {
        RegistryNames.Text("actor", actor);
        RegistryNames.Text("reason", reason);
        RegistryNames.Text("request id", requestId, required: false);
        var entry = await Log(name).AppendAsync(
            requestId, state => decide(state) is { } draft ? draft with { Actor = actor, Reason = reason } : null,
            cancellation);
        return entry ?? throw new InvalidOperationException("the decision left nothing to write");
    }

    private RegistryLog Log(string name) =>
        _logs.GetOrAdd(RegistryNames.Model(name), key => new RegistryLog(_store, key, _clock));
}
