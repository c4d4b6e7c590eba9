using Pipeline.EmbeddedTemporal.Storage;
using Temporalio.Api.ErrorDetails.V1;

namespace Pipeline.EmbeddedTemporal.Core;

// The namespaces. Read and changed under the engine's gate.
internal sealed class NamespaceRegistry(Engine engine)
{
    private readonly Dictionary<string, NamespaceEntry> _byName = new(StringComparer.Ordinal);

    public IReadOnlyCollection<NamespaceEntry> All => _byName.Values;

    public void Load()
    {
        _byName.Clear();
        foreach (var json in engine.Store.Namespaces())
        {
            var entry = StateJson.Read<NamespaceEntry>(json);
            _byName[entry.Name] = entry;
        }
    }

    // Creates what the command line asked for and registers its search attributes everywhere.
    public void Prepare(Tx tx, IEnumerable<string> names, IReadOnlyDictionary<string, IndexedValueType> attributes)
    {
        foreach (var name in names)
        {
            if (!_byName.ContainsKey(name))
                Put(tx, new NamespaceEntry { Name = name, Id = Guid.CreateVersion7().ToString() });
        }

        foreach (var entry in _byName.Values.ToList())
        {
            var missing = attributes.Where(a => !entry.SearchAttributes.ContainsKey(a.Key)).ToList();
            foreach (var (name, type) in missing) entry.SearchAttributes[name] = type;
            if (missing.Count > 0) Put(tx, entry);
        }
    }

    public void Put(Tx tx, NamespaceEntry entry)
    {
        _byName[entry.Name] = entry;
        tx.Batch.Namespaces.Add((entry.Name, StateJson.Write(entry)));
    }

    public void Remove(Tx tx, string name)
    {
        _byName.Remove(name);
        tx.Batch.Namespaces.Add((name, null));
    }

    public NamespaceEntry? Find(string name) => _byName.GetValueOrDefault(name);

    public NamespaceEntry? FindById(string id) => _byName.Values.FirstOrDefault(n => n.Id == id);

    public NamespaceEntry Get(string name)
    {
        if (name.Length == 0) throw RpcError.Invalid("Namespace is empty.");
        return _byName.GetValueOrDefault(name)
            ?? throw new RpcError(StatusCode.NotFound, $"Namespace {name} is not found.",
            new NamespaceNotFoundFailure { Namespace = name });
    }

}
