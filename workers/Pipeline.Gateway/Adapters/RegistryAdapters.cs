using Pipeline.Registry.Models;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Adapters;

/// <summary>
/// Brings adapter versions from the model registry into a local folder named by digest, and keeps aliases up to date.
/// </summary>
/// <param name="registry">The registry.</param>
/// <param name="catalog">Where versions and aliases are put.</param>
/// <param name="folder">Local folder.</param>
/// <param name="maxRank">Largest accepted rank.</param>
/// <param name="log">Receives what was brought and what was refused.</param>
public sealed class RegistryAdapters(
    ModelRegistry registry, AdapterCatalog catalog, string folder, int maxRank, Action<string> log)
{
    private static readonly string[] Files = ["adapter_config.json", "adapter_model.safetensors"];

    private readonly Dictionary<string, string> _refused = new(StringComparer.Ordinal);

    /// <summary>Brings every version that an alias points to, and the aliases.</summary>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>A task that ends when the catalogue is up to date.</returns>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        foreach (var name in await registry.NamesAsync(cancellation))
        {
            var state = await registry.StateAsync(name, cancellation);
            foreach (var (alias, version) in state.Aliases)
            {
                // When the new version cannot be brought, the alias stays where it was.
                if (await TryBringAsync($"{name}@{version}", cancellation))
                {
                    catalog.SetAlias($"{name}@{alias}", $"{name}@{version}");
                }
            }

            Withdraw(name, state);
        }
    }

    /// <summary>Brings the versions that a traffic state names.</summary>
    /// <param name="state">The state.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>A task that ends when they are here or were refused.</returns>
    public async Task BringAsync(TrafficState state, CancellationToken cancellation)
    {
        foreach (var id in new[] { state.Stable.Adapter, state.Candidate?.Adapter }.OfType<string>()
            .Where(id => id != "base"))
        {
            await TryBringAsync(id, cancellation);
        }
    }

    // Without a champion nothing answers to the plain name: what else is here may never have been approved.
    private void Withdraw(string name, RegistryState state)
    {
        var aliases = catalog.Aliases();
        foreach (var alias in aliases.Keys.Where(alias => alias.StartsWith(name + "@", StringComparison.Ordinal)
            && !state.Aliases.ContainsKey(alias[(name.Length + 1)..])))
        {
            catalog.SetAlias(alias, null);
            log($"alias {alias} was removed");
        }

        catalog.SetAlias(
            name, catalog.Aliases().GetValueOrDefault($"{name}@{ModelRegistry.Champion}", AdapterCatalog.Nothing));
        foreach (var id in state.Deleted.Select(version => $"{name}@{version}")
            .Where(id => catalog.Find(id) is { Package.Length: > 0 }))
        {
            catalog.Remove(id);
            log($"adapter {id} was deleted");
        }
    }

    private async Task<bool> TryBringAsync(string id, CancellationToken cancellation)
    {
        if (catalog.Find(id) is not null)
        {
            return true;
        }

        try
        {
            var version = await registry.ResolveAsync(id, cancellation);
            var directory = await UnpackAsync(version, cancellation);
            catalog.Add(AdapterFiles.Inspect(version.Name, version.Version.ToString(), directory, maxRank) with
            { Package = version.Package });
            log($"adapter {id} is served from {version.Package[..12]}");
            _refused.Remove(id);
            return true;
        }
        catch (Exception exception)
            when (exception is RegistryException or AdapterLoadException or Registry.Storage.ObjectStoreException
                or InvalidDataException)
        {
            if (_refused.GetValueOrDefault(id) != exception.Message)
            {
                // Once for each cause, not at every look.
                log($"adapter {id} is not served: {exception.Message}");
                _refused[id] = exception.Message;
            }

            return false;
        }
    }

    // The digest of the package and two constant file names make the path; the registry's texts do not.
    private async Task<string> UnpackAsync(AdapterVersion version, CancellationToken cancellation)
    {
        var manifest = await registry.Artifacts.FindAsync(version.PackageKind, version.Package, cancellation)
            ?? throw new AdapterLoadException(
                AdapterFault.Damaged,
                $"package {version.Package} of {version.Name}@{version.Version} is missing from the store");
        var directory = Path.Combine(folder, manifest.VersionId);
        foreach (var name in Files)
        {
            var file = manifest.Files.FirstOrDefault(
                file => file.Name == name || file.Name.EndsWith("/" + name, StringComparison.Ordinal))
                ?? throw new AdapterLoadException(AdapterFault.Damaged, $"package {version.Package} has no {name}");
            var path = Path.Combine(directory, name);
            if (!File.Exists(path))
            {
                Directory.CreateDirectory(directory);
                await registry.Artifacts.GetFileAsync(file, path, cancellation);
            }
        }

        return directory;
    }
}
