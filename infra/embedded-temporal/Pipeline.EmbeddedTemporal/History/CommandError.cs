namespace Pipeline.EmbeddedTemporal.History;

// Why a workflow task completion is refused.
internal sealed record CommandError(WorkflowTaskFailedCause Cause, string Message)
{
    // The payload is too large: the run is terminated as well.
    public bool Terminates { get; init; }

    // The request is refused without any event and the task stays started.
    public bool RequestOnly { get; init; }

    public string Text => RequestOnly ? Message : $"{Cause}: {Message}";

    public static CommandError Request(string message) => new(WorkflowTaskFailedCause.Unspecified, message)
    {
        RequestOnly = true,
    };
}
