using System.Globalization;
using Pipeline.Registry.Artifacts;
using Pipeline.Registry.Storage;

namespace Pipeline.Registry.Models;

/// <summary>The immutable versions of models; registering is idempotent by key.</summary>
internal sealed class ModelVersions(IObjectStore store, TimeProvider clock)
{
    private const string Prefix = "registry/models/";

    public async Task<AdapterVersion> RegisterAsync(RegisterVersion request, CancellationToken cancellation)
    {
        var draft = await DraftAsync(request, cancellation);

        // The order matters: whoever creates the key knows that no version with it existed when the versions were
        // counted, and whoever finds the key looks at all of them. Both compare every number that another writer takes
        // meanwhile.
        var count = await CountAsync(draft.Name, cancellation);
        var keyName = $"{Prefix}{draft.Name}/keys/{Sha(draft.IdempotencyKey)}";
        var fresh = await JsonObjects.TryWriteAsync(store, keyName, [], PutCondition.Absent, cancellation);
        if (!fresh)
        {
            count = await CountAsync(draft.Name, cancellation);
            for (var version = 1; version <= count; version++)
            {
                if (await FindAsync(draft.Name, version, cancellation) is { } known
                    && known.IdempotencyKey == draft.IdempotencyKey)
                {
                    return Same(known, draft);
                }
            }
        }

        Faults.FaultPoint.Hit("registry.register");
        for (var version = count + 1; ; version++)
        {
            var candidate = draft with { Version = version };
            if (await JsonObjects.TryWriteAsync(
                store, Key(draft.Name, version), JsonObjects.ToBytes(candidate), PutCondition.Absent, cancellation))
            {
                return candidate;
            }

            var taken = await FindAsync(draft.Name, version, cancellation);
            if (taken?.IdempotencyKey == draft.IdempotencyKey)
            {
                return Same(taken, draft);
            }
        }
    }

    public async Task<AdapterVersion?> FindAsync(string name, int version, CancellationToken cancellation) =>
        (await JsonObjects.ReadAsync<AdapterVersion>(store, Key(name, version), cancellation))?.Value;

    public async Task<IReadOnlyList<AdapterVersion>> ListAsync(string name, CancellationToken cancellation)
    {
        var versions = new List<AdapterVersion>();
        await foreach (var info in store.ListAsync(
            $"{Prefix}{RegistryNames.Model(name)}/versions/", cancellation: cancellation))
        {
            if (await JsonObjects.ReadAsync<AdapterVersion>(store, info.Key, cancellation) is { } found)
            {
                versions.Add(found.Value);
            }
        }

        return versions;
    }

    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellation)
    {
        var names = new List<string>();
        await foreach (var info in store.ListAsync(Prefix, cancellation: cancellation))
        {
            var name = info.Key[Prefix.Length..].Split('/')[0];
            if (names.Count == 0 || names[^1] != name)
            {
                names.Add(name);
            }
        }

        return [.. names.Distinct(StringComparer.Ordinal)];
    }

    private static string Key(string name, int version) =>
        $"{Prefix}{RegistryNames.Model(name)}/versions/{version.ToString("D6", CultureInfo.InvariantCulture)}.json";

    private static string Sha(string text) =>
        Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    private static AdapterVersion Same(AdapterVersion known, AdapterVersion draft) =>
        known.Package == draft.Package && known.PackageKind == draft.PackageKind && known.Base == draft.Base
            ? known : throw new RegistryException(
            RegistryError.Conflict,
            $"{known.Address} was registered with the same idempotency key and other content; use a new key for a new "
                + $"version");

    private async Task<int> CountAsync(string name, CancellationToken cancellation)
    {
        var count = 0;
        await foreach (var info in store.ListAsync($"{Prefix}{name}/versions/", cancellation: cancellation))
        {
            count = int.Parse(Path.GetFileNameWithoutExtension(info.Key), CultureInfo.InvariantCulture);
        }

        return count;
    }

    private async Task<AdapterVersion> DraftAsync(RegisterVersion request, CancellationToken cancellation)
    {
        var name = RegistryNames.Model(request.Name);
        var package = RegistryNames.Digest("package", request.Package);
        await new BaseModels(store).RequireAsync(request.Base, cancellation);
        if (await new ArtifactStore(store).FindAsync(RegistryNames.Model(request.PackageKind), package, cancellation)
            is null)
        {
            throw new RegistryException(
                RegistryError.NotFound,
                $"{request.PackageKind} {package} is not committed in {store.Location}; upload it before it is "
                    + $"registered");
        }

        return new AdapterVersion
        {
            Name = name,
            Version = 0,
            PackageKind = request.PackageKind,
            Package = package,
            Base = request.Base,
            Actor = RegistryNames.Text("actor", request.Actor),
            CreatedAt = clock.GetUtcNow(),
            IdempotencyKey = RegistryNames.Text("idempotency key", request.IdempotencyKey ?? package),
            Lineage = [.. request.Lineage.Order(StringComparer.Ordinal)],
            Licence = RegistryNames.Text("licence", request.Licence, required: false),
            Obligations = [.. request.Obligations],
            Description = RegistryNames.Text("description", request.Description, required: false),
        };
    }
}
