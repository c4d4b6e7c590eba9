using Temporalio.Api.Schedule.V1;

namespace Pipeline.EmbeddedTemporal.Schedules;

// A start that waits for its turn.
internal sealed record BufferedStart(DateTime Nominal, DateTime Actual, ScheduleOverlapPolicy Overlap, bool Manual);

// A workflow that the schedule started and that has not closed; the run id is the first of its chain.
internal sealed record RunningAction(string WorkflowId, string RunId);

// The stored state of one schedule.
internal sealed class ScheduleRecord
{
    public required string Namespace { get; init; }

    public required string ScheduleId { get; init; }

    public required Schedule Schedule { get; set; }

    public Memo? Memo { get; set; }

    public SearchAttributes? SearchAttributes { get; set; }

    public string CreateRequestId { get; init; } = "";

    public long Version { get; set; } = 1;

    public DateTime CreateTime { get; init; }

    public DateTime? UpdateTime { get; set; }

    // Times up to this one have been dealt with.
    public DateTime LastProcessed { get; set; }

    public long ActionCount { get; set; }

    public long MissedCatchup { get; set; }

    public long OverlapSkipped { get; set; }

    public long BufferDropped { get; set; }

    public List<BufferedStart> Buffer { get; set; } = [];

    public List<RunningAction> Running { get; set; } = [];

    public List<ScheduleActionResult> Recent { get; set; } = [];

    public Payloads? LastResult { get; set; }

    public ApiFailure.Failure? LastFailure { get; set; }

    public bool IsLimited => Schedule.State.LimitedActions;
}
