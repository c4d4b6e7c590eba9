namespace Pipeline.EmbeddedTemporal.Schedules;

// What the overlap policies make of the waiting starts.
internal sealed class OverlapDecision
{
    // Starts that overlap on purpose.
    public List<BufferedStart> Overlapping { get; } = [];

    // The one start whose turn it is.
    public BufferedStart? Next { get; private set; }

    public List<BufferedStart> Waiting { get; } = [];

    public int Skipped { get; private set; }

    public bool Cancel { get; private set; }

    public bool Terminate { get; private set; }

    public static OverlapDecision Of(
        IEnumerable<BufferedStart> buffer, bool isRunning, Func<ScheduleOverlapPolicy, ScheduleOverlapPolicy> resolve)
    {
        var decision = new OverlapDecision();
        foreach (var start in buffer) decision.Add(start, isRunning, resolve(start.Overlap));
        return decision;
    }

    private void Add(BufferedStart start, bool isRunning, ScheduleOverlapPolicy policy)
    {
        if (policy == ScheduleOverlapPolicy.AllowAll)
        {
            Overlapping.Add(start);
            return;
        }

        if (!isRunning && Next is null)
        {
            Next = start;
            return;
        }

        switch (policy)
        {
            case ScheduleOverlapPolicy.BufferOne when Waiting.Count > 0:
            case ScheduleOverlapPolicy.Skip:
                Skipped++;
                break;
            case ScheduleOverlapPolicy.CancelOther or ScheduleOverlapPolicy.TerminateOther when !isRunning:
                Next = start;
                break;
            default:
                Cancel |= policy == ScheduleOverlapPolicy.CancelOther;
                Terminate |= policy == ScheduleOverlapPolicy.TerminateOther;
                Waiting.Add(start);
                break;
        }
    }
}
