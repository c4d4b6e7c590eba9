using Pipeline.Registry.Models;
using Pipeline.Registry.Storage;

namespace Pipeline.Registry.Lineage;

/// <summary>Records lineage nodes and answers what something rests on.</summary>
/// <remarks>
/// Nodes name their inputs by digest, so the whole history under a node is fixed by its id and cannot be changed later.
/// </remarks>
/// <param name="store">Where the nodes live.</param>
public sealed class LineageStore(IObjectStore store)
{
    private const int MaxNodes = 100_000;

    /// <summary>Records a node; recording it again changes nothing.</summary>
    /// <param name="node">The node; its inputs are put in order.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The id, to be named by what is made from it.</returns>
    public async Task<string> RecordAsync(LineageNode node, CancellationToken cancellation = default)
    {
        var canonical =
            node with { Inputs = [.. node.Inputs.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] };
        RegistryNames.Text("label", canonical.Label);
        foreach (var input in canonical.Inputs)
        {
            Key(input);
        }

        await JsonObjects.TryWriteAsync(
            store, Key(canonical.Id), canonical.ToBytes(), PutCondition.Absent, cancellation);
        return canonical.Id;
    }

    /// <summary>Reads a node.</summary>
    /// <param name="id">Id of the node.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The node, or null when it was never recorded.</returns>
    /// <exception cref="RegistryException">The stored node is not the one that its id names.</exception>
    public async Task<LineageNode?> FindAsync(string id, CancellationToken cancellation = default)
    {
        var found = await JsonObjects.ReadAsync<LineageNode>(store, Key(id), cancellation);
        return found is null || found.Value.Value.Id == id ? found?.Value
            : throw new RegistryException(RegistryError.Digest, $"lineage node {id} was changed after it was recorded");
    }

    /// <summary>Everything that a node rests on.</summary>
    /// <param name="root">A node, recorded or made for the question.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The graph, nearest nodes first.</returns>
    public async Task<LineageGraph> ClosureAsync(LineageNode root, CancellationToken cancellation = default)
    {
        var nodes = new Dictionary<string, LineageNode>(StringComparer.Ordinal) { [root.Id] = root };
        var (unrecorded, queue) = (new SortedSet<string>(StringComparer.Ordinal), new Queue<string>(root.Inputs));
        while (queue.TryDequeue(out var id))
        {
            if (nodes.ContainsKey(id) || unrecorded.Contains(id))
            {
                continue;
            }

            if (nodes.Count == MaxNodes)
            {
                throw new InvalidDataException(
                    $"the lineage of {root.Id} has more than {MaxNodes} nodes; record manifests, not single objects");
            }

            if (await FindAsync(id, cancellation) is not { } node)
            {
                unrecorded.Add(id);
                continue;
            }

            nodes.Add(id, node);
            foreach (var input in node.Inputs)
            {
                queue.Enqueue(input);
            }
        }

        return new LineageGraph(root.Id, nodes, [.. unrecorded]);
    }

    private static string Key(string id)
    {
        var colon = id.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && RegistryNames.IsName(id[..colon])
            ? $"lineage/{id[..colon]}/{RegistryNames.Digest("lineage id", id[(colon + 1)..])}.json"
            : throw new RegistryException(RegistryError.InvalidName, "a lineage id is a kind, a colon and a digest");
    }
}
