namespace Pipeline.Workflows.Approvals;

/// <summary>What is awaited from people.</summary>
public sealed record ApprovalRequest
{
    /// <summary>The data review.</summary>
    public const string Review = "review";

    /// <summary>The promotion.</summary>
    public const string Promotion = "approval";

    /// <summary>A failed gate that may be waived.</summary>
    public const string Waiver = "waiver";

    /// <summary>One of the constants.</summary>
    public required string Gate { get; init; }

    /// <summary>Digest of what is decided on.</summary>
    public required string Digest { get; init; }

    /// <summary>When it was asked.</summary>
    public required DateTime Opened { get; init; }

    /// <summary>When it is taken for refused.</summary>
    public required DateTime Deadline { get; init; }

    /// <summary>When more people may answer.</summary>
    public required DateTime EscalatesAt { get; init; }

    /// <summary>When the evidence is too old to decide on.</summary>
    public required DateTime EvidenceExpires { get; init; }

    /// <summary>Answers needed.</summary>
    public required int Required { get; init; }

    /// <summary>Who may answer; empty accepts any name but the owner's.</summary>
    public IReadOnlyList<string> Approvers { get; init; } = [];

    /// <summary>Public keys by name; when there are any, answers must be signed.</summary>
    public IReadOnlyDictionary<string, string> PublicKeys { get; init; } = new Dictionary<string, string>();

    /// <summary>Who may also answer once it is escalated.</summary>
    public IReadOnlyList<string> EscalateTo { get; init; } = [];

    /// <summary>Who started the run.</summary>
    public required string Owner { get; init; }
}
