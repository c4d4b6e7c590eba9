namespace Pipeline.EmbeddedTemporal.Grpc;

// What a handler may know about the call it serves.
internal sealed class CallContext(DateTime? deadline, string? clientName, CancellationToken aborted)
{
    public CancellationToken Aborted { get; } = aborted;

    public DateTime? Deadline { get; } = deadline;

    public string? ClientName { get; } = clientName;

    // How long a long poll may be held so that an empty success leaves before the client gives up.
    public TimeSpan HoldFor(TimeSpan wanted)
    {
        if (Deadline is not { } deadline) return wanted;
        var left = deadline - DateTime.UtcNow - TimeSpan.FromMilliseconds(500);
        return left < wanted ? (left > TimeSpan.Zero ? left : TimeSpan.Zero) : wanted;
    }
}
