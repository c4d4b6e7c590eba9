namespace Pipeline.EmbeddedTemporal.History;

// A started timer.
internal sealed class TimerState
{
    public required string TimerId { get; init; }

    public long StartedId { get; init; }

    public DateTime Due { get; init; }
}

// A child that was initiated and has not closed.
internal sealed class ChildState
{
    public long InitiatedId { get; init; }

    public long StartedId { get; set; }

    public required string Namespace { get; init; }

    public required string WorkflowId { get; init; }

    public string RunId { get; set; } = "";

    public required string Type { get; init; }

    public ParentClosePolicy ParentClosePolicy { get; init; }
}

// An update that was accepted, and its end.
internal sealed class UpdateRecord
{
    public required string UpdateId { get; init; }

    public long AcceptedId { get; set; }

    public long CompletedId { get; set; }

    // The event that re-admitted the update after a reset.
    public long AdmittedId { get; set; }
}
