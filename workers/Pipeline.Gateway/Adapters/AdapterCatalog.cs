namespace Pipeline.Gateway.Adapters;

/// <summary>Adapters that may be served, by name, version and alias. Safe for several threads.</summary>
public sealed class AdapterCatalog
{
    /// <summary>Target of an alias that must find nothing, although versions of that name are here.</summary>
    public const string Nothing = "";

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, List<ServedAdapter>> _versions = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _aliases = new(StringComparer.Ordinal);

    /// <summary>Every adapter, by name and in the order of arrival.</summary>
    /// <returns>A snapshot.</returns>
    public IReadOnlyList<ServedAdapter> All()
    {
        lock (_lock)
        {
            return [.. _versions.Values.SelectMany(list => list)];
        }
    }

    /// <summary>Aliases and what they point to.</summary>
    /// <returns>A snapshot: alias to <c>name@version</c>.</returns>
    public IReadOnlyDictionary<string, string> Aliases()
    {
        lock (_lock)
        {
            return new SortedDictionary<string, string>(_aliases, StringComparer.Ordinal);
        }
    }

    /// <summary>Adds a version, or replaces the files behind a known one.</summary>
    /// <param name="adapter">The version.</param>
    public void Add(ServedAdapter adapter)
    {
        lock (_lock)
        {
            if (!_versions.TryGetValue(adapter.Name, out var list))
            {
                _versions[adapter.Name] = list = [];
            }

            list.RemoveAll(known => known.Version == adapter.Version);
            list.Add(adapter);
        }
    }

    /// <summary>Removes a version, or all versions of a name.</summary>
    /// <param name="id">A name or <c>name@version</c>.</param>
    /// <returns>What was removed.</returns>
    public IReadOnlyList<ServedAdapter> Remove(string id)
    {
        lock (_lock)
        {
            var name = id.Split('@')[0];
            if (!_versions.TryGetValue(name, out var list))
            {
                return [];
            }

            var removed = list.Where(adapter => id == name || adapter.Id == id).ToList();
            list.RemoveAll(removed.Contains);
            if (list.Count == 0)
            {
                _versions.Remove(name);
            }

            return removed;
        }
    }

    /// <summary>Points an alias to a version.</summary>
    /// <param name="alias">The alias.</param>
    /// <param name="id"><c>name@version</c>, <see cref="Nothing"/>, or null to remove the alias.</param>
    public void SetAlias(string alias, string? id)
    {
        lock (_lock)
        {
            if (id is null)
            {
                _aliases.Remove(alias);
            }
            else
            {
                _aliases[alias] = id;
            }
        }
    }

    /// <summary>Looks a name up; nothing is ever read from a disk for it.</summary>
    /// <param name="id"><c>name@version</c>, an alias, or a name (its newest version).</param>
    /// <returns>The version, or null.</returns>
    public ServedAdapter? Find(string id)
    {
        lock (_lock)
        {
            id = _aliases.GetValueOrDefault(id, id);
            var at = id.IndexOf('@', StringComparison.Ordinal);
            return !_versions.TryGetValue(at < 0 ? id : id[..at], out var list) ? null
                : at < 0 ? list[^1]
                : list.Find(adapter => adapter.Id == id);
        }
    }
}
