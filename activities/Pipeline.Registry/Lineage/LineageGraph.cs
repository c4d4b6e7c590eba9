using System.Text.Json;
using Pipeline.Registry.Models;

namespace Pipeline.Registry.Lineage;

/// <summary>Everything that something rests on.</summary>
/// <param name="Root">Id of the node that was asked about.</param>
/// <param name="Nodes">Id → node, from the root outwards.</param>
/// <param name="Unrecorded">Ids that a node names and nobody recorded.</param>
public sealed record LineageGraph(
    string Root, IReadOnlyDictionary<string, LineageNode> Nodes, IReadOnlyList<string> Unrecorded)
{
    private static readonly JsonSerializerOptions Indented = new(JsonObjects.Options) { WriteIndented = true };

    private static readonly LineageKind[] Expected =
    [
        LineageKind.RawObject, LineageKind.Rule, LineageKind.Dataset, LineageKind.Base, LineageKind.Code,
        LineageKind.Config,
        LineageKind.Seed, LineageKind.Checkpoint, LineageKind.Evidence, LineageKind.Approval, LineageKind.Rollout,
    ];

    /// <summary>Kinds that a complete answer to "why is this serving" needs and this graph lacks.</summary>
    public IReadOnlyList<LineageKind> Missing => [.. Expected.Except(Nodes.Values.Select(node => node.Kind))];

    /// <summary>Nodes of a kind.</summary>
    /// <param name="kind">A kind.</param>
    /// <returns>Nodes, nearest to the root first.</returns>
    public IEnumerable<LineageNode> Of(LineageKind kind) => Nodes.Values.Where(node => node.Kind == kind);

    /// <summary>The graph as JSON: root, nodes with ids, and what is missing.</summary>
    /// <returns>UTF-8 text.</returns>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            Root,
            Nodes = Nodes.Select(
                pair =>
                    new
                    {
                        Id = pair.Key,
                        pair.Value.Kind,
                        pair.Value.Label,
                        pair.Value.Artifact,
                        pair.Value.Run,
                        pair.Value.Properties,
                        pair.Value.Inputs
                    }),
            Unrecorded,
            Missing,
        },
        Indented);
}
