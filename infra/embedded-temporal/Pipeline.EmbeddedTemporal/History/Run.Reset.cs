using Temporalio.Api.Update.V1;

namespace Pipeline.EmbeddedTemporal.History;

// What a run does as the new run of a reset.
internal sealed partial class Run
{
    // Ends the workflow task at which the history was cut, and what was running then.
    public void EndReplay(Tx tx, string reason, string baseRunId)
    {
        var task = State.Task!;
        if (!task.IsStarted)
        {
            task.StartedTime = tx.Now;
            task.RequestId = Guid.NewGuid().ToString();
            task.Identity = ServerIdentity;
            task.StartedId = Write(tx, StartedEvent(task));
        }

        task.StickyQueue = "";
        FailTask(tx, WorkflowTaskFailedCause.ResetWorkflow,
            new ApiFailure.Failure
            {
                Message = reason,
                ResetWorkflowFailureInfo = new ApiFailure.ResetWorkflowFailureInfo(),
            },
            ServerIdentity, baseRunId, State.RunId, reschedule: false);
        State.TaskAttempt = 1;
        foreach (var activity in Activities.Values.Where(a => a.IsStarted).ToList())
        {
            EndActivity(tx, activity, new HistoryEvent
            {
                EventType = EventType.ActivityTaskFailed,
                ActivityTaskFailedEventAttributes = new ActivityTaskFailedEventAttributes
                {
                    ScheduledEventId = activity.ScheduledId,
                    Failure = new ApiFailure.Failure
                    {
                        Message = reason,
                        ResetWorkflowFailureInfo = new ApiFailure.ResetWorkflowFailureInfo(),
                    },
                    Identity = ServerIdentity,
                },
            }, schedule: false);
        }
    }

    // Carries a later event of the old run over, if it is of a kind that survives a reset.
    public void Reapply(Tx tx, HistoryEvent e, bool signals, bool updates)
    {
        switch (e.EventType)
        {
            case EventType.WorkflowExecutionSignaled when signals:
                State.SignalCount++;
                Append(tx, new HistoryEvent
                {
                    EventType = EventType.WorkflowExecutionSignaled,
                    UserMetadata = e.UserMetadata,
                    WorkflowExecutionSignaledEventAttributes = e.WorkflowExecutionSignaledEventAttributes,
                });
                break;
            case EventType.WorkflowExecutionUpdateAdmitted when updates:
                Readmit(tx, e.WorkflowExecutionUpdateAdmittedEventAttributes.Request);
                break;
            case EventType.WorkflowExecutionUpdateAccepted
                when updates && e.WorkflowExecutionUpdateAcceptedEventAttributes.AcceptedRequest is { } request:
                Readmit(tx, request);
                break;
        }
    }

    // Sets the timers of what was pending and schedules the first task of the new run.
    public void ResumeAfterReset(Tx tx)
    {
        Resume(tx);
        tx.Touch(this);
        ScheduleTask(tx);
    }

    private void Readmit(Tx tx, Request request)
    {
        if (FindUpdate(request.Meta.UpdateId) is not null) return;
        var e = new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionUpdateAdmitted,
            WorkflowExecutionUpdateAdmittedEventAttributes = new WorkflowExecutionUpdateAdmittedEventAttributes
            {
                Request = request,
                Origin = UpdateAdmittedEventOrigin.Reapply,
            },
        };
        Append(tx, e);
        AdmitReapplied(e);
    }

    private void AdmitReapplied(HistoryEvent e)
    {
        var request = e.WorkflowExecutionUpdateAdmittedEventAttributes.Request;
        var id = request.Meta.UpdateId;
        _updates[id] = new UpdateState { Id = id, Request = request, AdmittedId = e.EventId };
        UpdateRecords[id] = new UpdateRecord { UpdateId = id, AdmittedId = e.EventId };
        Mark(UpdateKind, id);
    }
}
