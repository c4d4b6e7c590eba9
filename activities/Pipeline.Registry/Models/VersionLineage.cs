using System.Globalization;
using Pipeline.Registry.Lineage;

namespace Pipeline.Registry.Models;

/// <summary>Joins what the registry knows of a version, its base and its rollout, with the recorded lineage.</summary>
internal static class VersionLineage
{
    public static async Task<LineageGraph> ReadAsync(
        ModelRegistry registry, AdapterVersion version, IReadOnlyList<RegistryEvent> history,
        CancellationToken cancellation)
    {
        var own = new List<LineageNode>();
        if (await registry.Bases.FindAsync(version.Base.Id, version.Base.Revision, cancellation) is { } model)
        {
            own.Add(BaseNode(model));
        }

        own.Add(PackageNode(version));
        own.AddRange(history.Where(entry => Concerns(entry, version.Version)).Select(RolloutNode));
        var root = new LineageNode
        {
            Kind = LineageKind.Version,
            Label = version.Address.ToString(),
            Artifact = version.Package,
            Properties = Properties(version),
            Inputs = [.. own.Select(node => node.Id).Concat(version.Lineage).Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)],
        };
        var recorded = await registry.Lineage.ClosureAsync(root with { Inputs = version.Lineage }, cancellation);
        var nodes = new Dictionary<string, LineageNode>(StringComparer.Ordinal) { [root.Id] = root };
        foreach (var node in own.Concat(recorded.Nodes.Values.Skip(1)))
        {
            nodes.TryAdd(node.Id, node);
        }

        return new LineageGraph(root.Id, nodes, recorded.Unrecorded);
    }

    private static bool Concerns(RegistryEvent entry, int version) =>
        (entry.To == version || entry.From == version)
            && entry.Kind is RegistryEventKind.AliasMoved or RegistryEventKind.RolloutReported;

    private static SortedDictionary<string, string> Properties(AdapterVersion version) => new(StringComparer.Ordinal)
    {
        ["actor"] = version.Actor,
        ["created"] = version.CreatedAt.ToString("O", CultureInfo.InvariantCulture),
        ["licence"] = version.Licence,
        ["obligations"] = string.Join("; ", version.Obligations),
    };

    private static LineageNode BaseNode(BaseModel model) => new()
    {
        Kind = LineageKind.Base,
        Label = $"{model.Id} revision {model.Revision}",
        Artifact = model.Digest,
        Properties = new(StringComparer.Ordinal)
        {
            ["architecture"] = model.Architecture,
            ["parameters"] = model.Parameters.ToString(CultureInfo.InvariantCulture),
            ["licence"] = model.Licence,
        },
    };

    private static LineageNode PackageNode(AdapterVersion version) =>
        new()
        {
            Kind = LineageKind.Package,
            Label = $"{version.PackageKind} of {version.Address}",
            Artifact = version.Package
        };

    private static string Shown(int? version) => version?.ToString(CultureInfo.InvariantCulture) ?? "none";

    private static LineageNode RolloutNode(RegistryEvent entry) => new()
    {
        Kind = LineageKind.Rollout,
        Label = entry.Kind == RegistryEventKind.AliasMoved
            ? $"{entry.Subject} moved from {Shown(entry.From)} to {Shown(entry.To)}"
            : $"{entry.Subject} of version {Shown(entry.To)}",
        Properties = new(StringComparer.Ordinal)
        {
            ["actor"] = entry.Actor,
            ["at"] = entry.At.ToString("O", CultureInfo.InvariantCulture),
            ["reason"] = entry.Reason,
            ["sequence"] = entry.Sequence.ToString(CultureInfo.InvariantCulture),
        },
    };
}
