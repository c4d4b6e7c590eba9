using Pipeline.Registry.Lineage;

namespace Pipeline.Registry.Models;

/// <summary>Decides whether a version may be pointed at by a protected alias.</summary>
internal static class PromotionGate
{
    /// <summary>
    /// What is missing, or null when the lineage holds passed evidence and an approval of what is in it.
    /// </summary>
    public static string? Missing(AdapterVersion version, LineageGraph lineage)
    {
        if (!lineage.Of(LineageKind.Evidence)
            .Any(node => node.Properties.GetValueOrDefault(LineageNode.Verdict) == "passed"))
        {
            return "no evidence with a passed verdict";
        }

        // An approval counts for exactly what it names: this package, or evidence or a checkpoint that this package
        // comes from.
        var subjects = lineage.Nodes.Values
            .Where(node => node.Kind is LineageKind.Evidence or LineageKind.Checkpoint or LineageKind.Package
                && node.Artifact.Length > 0)
            .Select(node => node.Artifact)
            .Append(version.Package)
            .ToHashSet(StringComparer.Ordinal);
        var approved = lineage.Of(LineageKind.Approval).Any(node =>
            node.Properties.GetValueOrDefault(LineageNode.Decision) == "approved" &&
            subjects.Contains(node.Properties.GetValueOrDefault(LineageNode.Subject, "")));
        return approved ? null : "no approval of this package, its evidence or its checkpoint";
    }
}
