using Pipeline.Workflows.Contracts;

namespace Pipeline.Workflows.FineTuning;

/// <summary>How a run ended.</summary>
public sealed record FineTuneResult
{
    /// <summary>How it ended.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Why it ended so.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Registered version; null when none was made.</summary>
    public RegisteredVersion? Version { get; init; }

    /// <summary>The adapter; null when none was trained.</summary>
    public ArtifactRef? Adapter { get; init; }

    /// <summary>The training set; null when none was built.</summary>
    public ArtifactRef? Dataset { get; init; }

    /// <summary>Decision of the gate; null when it was not reached.</summary>
    public GateDecision? Gate { get; init; }

    /// <summary>The report; null when it could not be written.</summary>
    public ReportResult? Report { get; init; }
}
