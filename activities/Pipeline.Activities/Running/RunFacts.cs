namespace Pipeline.Activities.Running;

/// <summary>What the settings of a deployment and its machines say about every run.</summary>
public sealed record RunFacts
{
    /// <summary>Names that may approve; empty accepts any name but the owner's.</summary>
    public IReadOnlyList<string> Approvers { get; init; } = [];

    /// <summary>
    /// Public keys of approvers by name, SubjectPublicKeyInfo in Base64; when there are any, decisions must be signed.
    /// </summary>
    public IReadOnlyDictionary<string, string> ApproverKeys { get; init; } = new Dictionary<string, string>();

    /// <summary>Approvals needed at least.</summary>
    /// <value>The default is 1.</value>
    public int ApprovalsRequired { get; init; } = 1;

    /// <summary>Digest of the code that works.</summary>
    public string CodeVersion { get; init; } = "";

    /// <summary>What people should know, one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
