namespace Pipeline.EmbeddedTemporal.History;

// A scheduled activity until its close event.
internal sealed class ActivityState
{
    public long ScheduledId { get; init; }

    // Zero while waiting; the real id once the started event is written, which happens at close.
    public long StartedId { get; set; }

    public required string ActivityId { get; init; }

    public required string Type { get; init; }

    public required string TaskQueue { get; set; }

    public TimeSpan ScheduleToClose { get; set; }

    public TimeSpan ScheduleToStart { get; set; }

    public TimeSpan StartToClose { get; set; }

    public TimeSpan Heartbeat { get; set; }

    public required RetryPolicy RetryPolicy { get; set; }

    public Priority? Priority { get; set; }

    public int Attempt { get; set; } = 1;

    // Raised whenever timers and queue entries of the activity become stale.
    public long Stamp { get; set; }

    public DateTime FirstScheduledTime { get; init; }

    public DateTime ScheduledTime { get; set; }

    public DateTime? StartedTime { get; set; }

    public bool IsStarted { get; set; }

    // The started event is in history or in the buffer.
    public bool StartWritten { get; set; }

    public string RequestId { get; set; } = "";

    public string Identity { get; set; } = "";

    public string BuildId { get; set; } = "";

    public ApiFailure.Failure? LastFailure { get; set; }

    public string LastWorkerIdentity { get; set; } = "";

    public DateTime? LastAttemptCompleteTime { get; set; }

    public DateTime? NextAttemptTime { get; set; }

    public TimeSpan RetryInterval { get; set; }

    public Payloads? HeartbeatDetails { get; set; }

    public DateTime? LastHeartbeat { get; set; }

    public bool CancelRequested { get; set; }

    public long CancelRequestedId { get; set; }

    public bool Paused { get; set; }

    public DateTime? PauseTime { get; set; }

    public string PauseIdentity { get; set; } = "";

    public string PauseReason { get; set; } = "";

    // Set by a reset of a running activity, told to the worker with its next heartbeat.
    public bool ResetRequested { get; set; }

    public bool ResetHeartbeatRequested { get; set; }

    public DateTime Expiration => ScheduleToClose > TimeSpan.Zero
        ? FirstScheduledTime.After(ScheduleToClose) : DateTime.MaxValue;
}
