namespace Pipeline.Workflows.Approvals;

/// <summary>What a person sends with <c>approve</c>, <c>reject</c> or <c>waive</c>.</summary>
public sealed record DecisionInput
{
    /// <summary>Name of the person.</summary>
    public string By { get; init; } = "";

    /// <summary>Digest of what is decided on, at least its first 12 characters; Current Details show it.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Why; needed for a rejection and a waiver.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Signature of the answer, DER in Base64; needed where the deployment has keys of approvers.</summary>
    public string Signature { get; init; } = "";
}

/// <summary>A note on a sampled row.</summary>
public sealed record AnnotationInput
{
    /// <summary>Name of the person.</summary>
    public string By { get; init; } = "";

    /// <summary>Digest of the sample.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Number of the row in the sample, from 1.</summary>
    public int Row { get; init; }

    /// <summary>What is wrong or right about it.</summary>
    public string Note { get; init; } = "";

    /// <summary>
    /// The answer that the row should have; the next build of the data set teaches it. Empty for none.
    /// </summary>
    public string Answer { get; init; } = "";
}
