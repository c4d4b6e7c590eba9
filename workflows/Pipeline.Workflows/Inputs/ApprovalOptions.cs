namespace Pipeline.Workflows.Inputs;

/// <summary>Who may approve and how long they have.</summary>
public sealed record ApprovalOptions
{
    /// <summary>
    /// Names that may approve; empty accepts any name but the owner's. The worker's settings can only narrow it.
    /// </summary>
    /// <value>The default is empty.</value>
    public IReadOnlyList<string> Approvers { get; init; } = [];

    /// <summary>Approvals needed. The worker's settings can only raise it.</summary>
    /// <value>The default is 1.</value>
    public int Required { get; init; } = 1;

    /// <summary>Time after which an unanswered request is escalated.</summary>
    /// <value>The default is 2 days.</value>
    public TimeSpan EscalateAfter { get; init; } = TimeSpan.FromDays(2);

    /// <summary>Names that may also approve once a request is escalated.</summary>
    /// <value>The default is empty.</value>
    public IReadOnlyList<string> EscalateTo { get; init; } = [];

    /// <summary>Time after which an unanswered request is rejected.</summary>
    /// <value>The default is 14 days.</value>
    public TimeSpan RejectAfter { get; init; } = TimeSpan.FromDays(14);

    /// <summary>Age at which the evaluation is too old to approve on.</summary>
    /// <value>The default is 30 days.</value>
    public TimeSpan EvidenceValidFor { get; init; } = TimeSpan.FromDays(30);
}
