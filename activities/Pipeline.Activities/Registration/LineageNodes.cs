using Pipeline.Activities.Running;
using Pipeline.Registry.Lineage;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Registration;

/// <summary>The lineage of a run in the registry's form: each node rests on the ones before it.</summary>
internal static class LineageNodes
{
    private const string Config = "config";

    public static IEnumerable<LineageNode> Of(IReadOnlyList<LineageEdge> edges, string run)
    {
        var earlier = new List<string>();
        foreach (var edge in edges)
        {
            var node = new LineageNode
            {
                Kind = KindOf(edge.Role),
                Label = $"{edge.Role}: {Short(edge.Detail.Length == 0 ? edge.Reference : edge.Detail)}",
                Artifact = edge.Role == Config ? FileDigest.OfText(edge.Detail) : DigestOf(edge.Reference),
                Run = run,
                Properties = PropertiesOf(edge),
                Inputs = [.. earlier.Order(StringComparer.Ordinal)],
            };
            earlier = [node.Id];
            yield return node;
        }
    }

    private static LineageKind KindOf(string role) => role switch
    {
        "ingest" => LineageKind.RawObject,
        "dedup" => LineageKind.DedupIndex,
        "dataset" or "review-sample" => LineageKind.Dataset,
        "base-model" => LineageKind.Base,
        "code" => LineageKind.Code,
        Config => LineageKind.Config,
        "seed" => LineageKind.Seed,
        "adapter" or "merged-model" => LineageKind.Checkpoint,
        "gate" or "evaluation-before" or "evaluation-after" => LineageKind.Evidence,
        "decision" or "annotation" => LineageKind.Approval,
        _ => LineageKind.Rule,
    };

    private static SortedDictionary<string, string> PropertiesOf(LineageEdge edge)
    {
        var properties = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["role"] = edge.Role,
            ["reference"] = edge.Reference,
        };
        if (edge.Role == Config)
        {
            properties["options"] = edge.Detail;
        }

        if (edge.Role == "gate")
        {
            properties[LineageNode.Verdict] = edge.Verdict;
        }

        if (edge.Role == "decision")
        {
            properties[LineageNode.Subject] = edge.Reference;
            properties[LineageNode.Decision] = edge.Verdict;
        }

        return properties;
    }

    // A reference is an artefact's URI, a digest, or a word.
    private static string DigestOf(string reference)
    {
        var last = reference[(reference.LastIndexOf('/') + 1)..];
        return last.Length == 64 && last.All(char.IsAsciiHexDigitLower) ? last : "";
    }

    private static string Short(string text) => text.Length > 200 ? text[..200] + "…" : text;
}
