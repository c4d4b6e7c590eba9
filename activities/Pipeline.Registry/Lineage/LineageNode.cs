using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Pipeline.Registry.Models;

namespace Pipeline.Registry.Lineage;

/// <summary>What a node of the lineage stands for.</summary>
public enum LineageKind
{
    /// <summary>An object of the raw data, or a manifest of them.</summary>
    RawObject,

    /// <summary>A set of cleaning rules with versions.</summary>
    Rule,

    /// <summary>The index that duplicates were looked up in.</summary>
    DedupIndex,

    /// <summary>A built dataset.</summary>
    Dataset,

    /// <summary>A base model.</summary>
    Base,

    /// <summary>Code version or build id.</summary>
    Code,

    /// <summary>The effective configuration.</summary>
    Config,

    /// <summary>Random seed.</summary>
    Seed,

    /// <summary>A training checkpoint or adapter.</summary>
    Checkpoint,

    /// <summary>Evaluation results with the verdict of the gates.</summary>
    Evidence,

    /// <summary>A decision of a person.</summary>
    Approval,

    /// <summary>A packaged adapter or merged model.</summary>
    Package,

    /// <summary>A step of a rollout.</summary>
    Rollout,

    /// <summary>A registered version; made by the registry.</summary>
    Version,
}

/// <summary>
/// One fact about how something came to be, and the facts it rests on; immutable and named by its own digest.
/// </summary>
public sealed record LineageNode
{
    /// <summary>Property of evidence: <c>passed</c> or anything else.</summary>
    public const string Verdict = "verdict";

    /// <summary>Property of an approval: digest of what was approved.</summary>
    public const string Subject = "subject";

    /// <summary>Property of an approval: <c>approved</c> or anything else.</summary>
    public const string Decision = "decision";

    /// <summary>What the node stands for.</summary>
    public required LineageKind Kind { get; init; }

    /// <summary>A few words for people.</summary>
    public required string Label { get; init; }

    /// <summary>
    /// SHA-256 of the artefact that the node stands for; empty for facts without one, such as a seed.
    /// </summary>
    public string Artifact { get; init; } = "";

    /// <summary>Workflow and run that made it, <c>workflow-id/run-id</c>; empty outside a workflow.</summary>
    public string Run { get; init; } = "";

    /// <summary>Details: counts, licences, versions, values. Never secrets or rows.</summary>
    public SortedDictionary<string, string> Properties { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Ids of the nodes it was made from, in ordinal order.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>Id: kind and the digest of the canonical form.</summary>
    [JsonIgnore]
    public string Id => $"{KindName(Kind)}:{Convert.ToHexStringLower(SHA256.HashData(ToBytes()))}";

    /// <summary>Name of a kind in ids and JSON.</summary>
    /// <param name="kind">A kind.</param>
    /// <returns>Kebab case, such as <c>raw-object</c>.</returns>
    public static string KindName(LineageKind kind) =>
        System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());

    internal byte[] ToBytes() => JsonObjects.ToBytes(this);
}
