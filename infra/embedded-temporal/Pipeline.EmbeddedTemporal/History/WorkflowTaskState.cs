namespace Pipeline.EmbeddedTemporal.History;

// Normal tasks have their events in history at once; transient ones (later attempts) and speculative ones
// (which only carry updates) get theirs when they are accepted.
internal enum WorkflowTaskKind
{
    Normal,
    Transient,
    Speculative,
}

// The one pending workflow task of a run.
internal sealed class WorkflowTaskState
{
    public long ScheduledId { get; set; }

    public long StartedId { get; set; }

    public int Attempt { get; set; } = 1;

    public WorkflowTaskKind Kind { get; set; }

    public DateTime ScheduledTime { get; set; }

    public DateTime OriginalScheduledTime { get; set; }

    public DateTime? StartedTime { get; set; }

    public TimeSpan StartToClose { get; set; }

    // The sticky queue the task was scheduled on, empty for the normal one.
    public string StickyQueue { get; set; } = "";

    public string RequestId { get; set; } = "";

    public string Identity { get; set; } = "";

    public string BuildId { get; set; } = "";

    public long HistorySizeAtStart { get; set; }

    public bool SuggestContinueAsNew { get; set; }

    // Distinguishes this task from every earlier one in timers and queues.
    public long Stamp { get; set; }

    public bool IsStarted => StartedId != 0;

    public bool IsWritten => Kind == WorkflowTaskKind.Normal;
}
