using Pipeline.EmbeddedTemporal.History;
using Temporalio.Api.Schedule.V1;

namespace Pipeline.EmbeddedTemporal.Schedules;

// Moves one schedule forward: what fell due, what waits, what is started. Used under the engine's gate.
internal sealed class ScheduleRunner(ScheduleRecord state)
{
    private const int MaxBuffer = 1000;
    private const int RecentKept = 10;
    private static readonly TimeSpan DefaultCatchup = TimeSpan.FromDays(365);
    private static readonly TimeSpan ShortestCatchup = TimeSpan.FromSeconds(10);

    public ScheduleTimes Times { get; } = new(state.Schedule.Spec, state.ScheduleId);

    // When something falls due next, or null when nothing will.
    public DateTime? NextDue => Times.Next(state.LastProcessed)?.Actual;

    public void Process(Tx tx)
    {
        foreach (var (nominal, actual) in Times.Between(state.LastProcessed, tx.Now).ToList())
        {
            state.LastProcessed = nominal;
            if (state.Schedule.State.Paused || (state.IsLimited && state.Schedule.State.RemainingActions <= 0))
                continue;
            if (tx.Now - actual > Catchup) state.MissedCatchup++;
            else Buffer(new BufferedStart(nominal, actual, ScheduleOverlapPolicy.Unspecified, Manual: false));
        }

        ProcessBuffer(tx);
    }

    public void Trigger(Tx tx, ScheduleOverlapPolicy overlap, DateTime? time)
    {
        Buffer(new BufferedStart(time ?? tx.Now, tx.Now, overlap, Manual: true));
        ProcessBuffer(tx);
    }

    // The start of the range is included.
    public void Backfill(Tx tx, BackfillRequest request)
    {
        var from = request.StartTime.ToDateTime().AddMilliseconds(-1);
        foreach (var (nominal, actual) in Times.Between(from, request.EndTime.ToDateTime()).Take(MaxBuffer + 1)
            .ToList())
            Buffer(new BufferedStart(nominal, actual, request.OverlapPolicy, Manual: true));
        ProcessBuffer(tx);
    }

    public void OnClosed(Tx tx, Run run, HistoryEvent close)
    {
        // Runs that may overlap are not watched, as on the real server.
        if (state.Running.RemoveAll(a => a.WorkflowId == run.State.WorkflowId && a.RunId == run.State.FirstRunId) == 0)
            return;
        foreach (var result in state.Recent.Where(r => r.StartWorkflowResult?.RunId == run.State.FirstRunId))
            result.StartWorkflowStatus = run.State.Status;
        var failed = run.State.Status is WorkflowExecutionStatus.Failed or WorkflowExecutionStatus.TimedOut;
        if (close.WorkflowExecutionCompletedEventAttributes is { } completed)
        {
            state.LastResult = completed.Result;
            state.LastFailure = null;
        }
        else if (close.WorkflowExecutionFailedEventAttributes is { } failure)
        {
            state.LastFailure = failure.Failure;
        }

        if (failed && state.Schedule.Policies.PauseOnFailure && !state.Schedule.State.Paused)
        {
            state.Schedule.State.Paused = true;
            state.Schedule.State.Notes = run.State.Status == WorkflowExecutionStatus.TimedOut
                ? $"paused due to workflow timeout: {run.State.WorkflowId}"
                : $"paused due to workflow failure: {run.State.WorkflowId}: {state.LastFailure?.Message}";
            state.Version++;
        }

        ProcessBuffer(tx);
    }

    private TimeSpan Catchup => state.Schedule.Policies.CatchupWindow is { } window
        ? window.Span() < ShortestCatchup ? ShortestCatchup : window.Span()
        : DefaultCatchup;

    private ScheduleOverlapPolicy Resolve(ScheduleOverlapPolicy policy)
    {
        if (policy == ScheduleOverlapPolicy.Unspecified) policy = state.Schedule.Policies.OverlapPolicy;
        return policy == ScheduleOverlapPolicy.Unspecified ? ScheduleOverlapPolicy.Skip : policy;
    }

    private void Buffer(BufferedStart start)
    {
        if (state.Buffer.Count >= MaxBuffer) state.BufferDropped++;
        else state.Buffer.Add(start);
    }

    private void ProcessBuffer(Tx tx)
    {
        var decision = OverlapDecision.Of(state.Buffer, state.Running.Count > 0, Resolve);
        state.Buffer = [.. decision.Waiting];
        state.OverlapSkipped += decision.Skipped;
        foreach (var start in decision.Overlapping) Start(tx, start, tracked: false);
        if (decision.Next is { } next) Start(tx, next, tracked: true);
        if (!decision.Cancel && !decision.Terminate) return;
        foreach (var action in state.Running.ToList())
        {
            if (tx.Engine.Runs.FindCurrent(state.Namespace, action.WorkflowId) is not { IsOpen: true } run
                || run.State.FirstRunId != action.RunId) continue;
            if (decision.Terminate)
                tx.Defer(
                    () =>
                    {
                        if (run.IsOpen)
                            run.Terminate(tx, "terminated by schedule overlap policy", null, Identity);
                    });
            else run.RequestCancel(tx, "cancelled by schedule overlap policy", Identity, "");
        }
    }

    private string Identity => $"temporal-scheduler-{state.Namespace}-{state.ScheduleId}";

    private void Start(Tx tx, BufferedStart start, bool tracked)
    {
        if (!start.Manual && state.IsLimited)
        {
            if (state.Schedule.State.RemainingActions <= 0) return;
            state.Schedule.State.RemainingActions--;
            state.Version++;
        }

        var request = ScheduledStart.Of(state, start, Identity);
        Run run;
        try
        {
            (run, _) = StartPolicy.Start(tx, request, signal: null, scheduleId: state.ScheduleId);
        }
        catch (RpcError)
        {
            // The id is taken, or the action is not valid any more: as on the real server the schedule goes on without
            // it.
            state.BufferDropped++;
            return;
        }

        state.ActionCount++;
        if (tracked) state.Running.Add(new RunningAction(run.State.WorkflowId, run.State.FirstRunId));
        state.Recent.Add(new ScheduleActionResult
        {
            ScheduleTime = start.Actual.Proto(),
            ActualTime = tx.Now.Proto(),
            StartWorkflowResult = new WorkflowExecution
            {
                WorkflowId = run.State.WorkflowId,
                RunId = run.State.FirstRunId,
            },
            StartWorkflowStatus = WorkflowExecutionStatus.Running,
        });
        if (state.Recent.Count > RecentKept) state.Recent.RemoveAt(0);
    }
}
