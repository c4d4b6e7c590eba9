using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Update.V1;

namespace Pipeline.EmbeddedTemporal.History;

// Updates: admission, delivery as protocol messages, acceptance, completion, and what a closing run does to them.
internal sealed partial class Run
{
    private const string NotReadyText =
        "Unable to perform workflow execution update due to Workflow Task in failed state.";
    private readonly Dictionary<string, UpdateState> _updates = new(StringComparer.Ordinal);

    private bool HasUnsentUpdates => _updates.Values.Any(u => u.Stage == UpdateStage.Admitted);

    public UpdateState? FindUpdate(string id)
    {
        if (_updates.TryGetValue(id, out var update)) return update;
        if (!UpdateRecords.TryGetValue(id, out var record)) return null;
        if (record.AcceptedId == 0)
        {
            var request = Event(record.AdmittedId).WorkflowExecutionUpdateAdmittedEventAttributes.Request;
            return _updates[id] = new UpdateState { Id = id, Request = request, AdmittedId = record.AdmittedId };
        }

        var restored = new UpdateState
        {
            Id = id,
            Stage = record.CompletedId > 0
                ? UpdateStage.Completed : UpdateStage.Accepted,
            AcceptedId = record.AcceptedId,
        };
        if (record.CompletedId > 0)
            restored.Outcome = Event(record.CompletedId).WorkflowExecutionUpdateCompletedEventAttributes.Outcome;
        else if (!IsOpen) restored.Outcome = AbandonedOutcome();
        _updates[id] = restored;
        return restored;
    }

    public UpdateState Update(Tx tx, Request request)
    {
        var id = request.Meta.UpdateId;
        if (FindUpdate(id) is { Stage: not UpdateStage.Aborted } known) return known;
        if (!IsOpen) throw RpcError.NotFound("workflow execution already completed");
        if (State.TaskAttempt >= 3)
            throw new RpcError(StatusCode.FailedPrecondition, NotReadyText,
                new Temporalio.Api.ErrorDetails.V1.WorkflowNotReadyFailure());
        if (_updates.Values.Count(u => u.Stage is UpdateStage.Admitted or UpdateStage.Sent or UpdateStage.Accepted)
            >= Limits.UpdatesInFlight)
            throw RpcError.Exhausted(
                $"limit on number of concurrent in-flight updates has been reached ({Limits.UpdatesInFlight})");
        if (State.UpdateCount >= Limits.UpdatesPerRun)
            throw RpcError.Precondition(
                $"The limit of {Limits.UpdatesPerRun} updates for a workflow run has been reached.");
        var update = new UpdateState { Id = id, Request = request };
        _updates[id] = update;
        var waitsForStart = State.FirstTaskBackoff > TimeSpan.Zero && State.LastCompletedStartedId == 0
            && State.Task is null;
        if (!waitsForStart) ScheduleSpeculativeTask(tx);
        return update;
    }

    private List<Message> OutgoingMessages(WorkflowTaskState task)
    {
        var messages = new List<Message>();
        foreach (var update in _updates.Values.Where(u => u.Stage == UpdateStage.Admitted))
        {
            update.Stage = UpdateStage.Sent;
            // An update that an event admitted reaches the worker through that event.
            if (update.AdmittedId > 0) continue;
            messages.Add(new Message
            {
                Id = update.Id + "/request",
                ProtocolInstanceId = update.Id,
                EventId = task.StartedId - 1,
                Body = Any.Pack(update.Request),
            });
        }

        return messages;
    }

    private CommandError? MessageProblem(RespondWorkflowTaskCompletedRequest request)
    {
        foreach (var message in request.Messages)
        {
            if (FindUpdate(message.ProtocolInstanceId) is null)
                return new CommandError(WorkflowTaskFailedCause.BadUpdateWorkflowExecutionMessage,
                    $"Update {message.ProtocolInstanceId} wasn't found on the server.");
        }

        return null;
    }

    public void ApplyMessages(Tx tx, IEnumerable<Message> messages, long completedId)
    {
        _ = completedId;
        foreach (var message in messages)
        {
            if (FindUpdate(message.ProtocolInstanceId) is not { } update) continue;
            if (message.Body.TryUnpack<Acceptance>(out var acceptance)) Accept(tx, update, acceptance);
            else if (message.Body.TryUnpack<Rejection>(out var rejection))
                Finish(tx, update, new Outcome { Failure = rejection.Failure });
            else if (message.Body.TryUnpack<Response>(out var answer)) CompleteUpdate(tx, update, answer);
        }
    }

    private void Accept(Tx tx, UpdateState update, Acceptance acceptance)
    {
        update.AcceptedId = Append(tx, new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionUpdateAccepted,
            WorkflowExecutionUpdateAcceptedEventAttributes = new WorkflowExecutionUpdateAcceptedEventAttributes
            {
                ProtocolInstanceId = update.Id,
                AcceptedRequestMessageId = acceptance.AcceptedRequestMessageId,
                AcceptedRequestSequencingEventId = acceptance.AcceptedRequestSequencingEventId,
                AcceptedRequest = update.AdmittedId > 0 ? null : update.Request ?? acceptance.AcceptedRequest,
            },
        });
        State.UpdateCount++;
        UpdateRecords[update.Id] = new UpdateRecord
        {
            UpdateId = update.Id,
            AcceptedId = update.AcceptedId,
            AdmittedId = update.AdmittedId,
        };
        Mark(UpdateKind, update.Id);
        SetStage(tx, update, UpdateStage.Accepted);
    }

    private void CompleteUpdate(Tx tx, UpdateState update, Response answer)
    {
        var id = Append(tx, new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionUpdateCompleted,
            WorkflowExecutionUpdateCompletedEventAttributes = new WorkflowExecutionUpdateCompletedEventAttributes
            {
                Meta = answer.Meta,
                AcceptedEventId = update.AcceptedId,
                Outcome = answer.Outcome,
            },
        });
        if (UpdateRecords.TryGetValue(update.Id, out var record)) record.CompletedId = id;
        Mark(UpdateKind, update.Id);
        Finish(tx, update, answer.Outcome);
    }

    private static void Finish(Tx tx, UpdateState update, Outcome outcome)
    {
        update.Outcome = outcome;
        SetStage(tx, update, UpdateStage.Completed);
    }

    // Waiters see a stage only when the events that brought it are on disk.
    private static void SetStage(Tx tx, UpdateState update, UpdateStage stage)
    {
        update.Stage = stage;
        update.Request = null;
        var changed = update.Changed;
        update.Changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        tx.AfterDurable(() => changed.TrySetResult());
    }

    private void RejectUnanswered(Tx tx)
    {
        foreach (var update in _updates.Values.Where(u => u.Stage == UpdateStage.Sent).ToList())
        {
            Finish(tx, update,
                Failed("Workflow Update is rejected because it wasn't processed by worker. Probably, Workflow Update "
                    + "is not supported by the worker.",
                "UnprocessedUpdate", nonRetryable: true));
            _updates.Remove(update.Id);
        }
    }

    private void FailSentUpdates()
    {
        foreach (var update in _updates.Values.Where(u => u is { Stage: UpdateStage.Sent, AdmittedId: > 0 }))
            update.Stage = UpdateStage.Admitted;
        Abort(u => u.Stage == UpdateStage.Sent, RpcError.Precondition(
            "Unable to perform workflow execution update due to unexpected workflow task failure."));
    }

    private void ResendUpdates()
    {
        foreach (var update in _updates.Values.Where(u => u.Stage == UpdateStage.Sent && u.Request is not null))
            update.Stage = UpdateStage.Admitted;
    }

    private void AbortUpdates(bool continues)
    {
        Abort(u => u.Stage is UpdateStage.Admitted or UpdateStage.Sent, continues
            ? new RpcError(StatusCode.Unavailable, "workflow operation can not be applied because workflow is closing")
            : RpcError.NotFound("workflow update was aborted by closing workflow"));
        foreach (var update in _updates.Values.Where(u => u.Stage == UpdateStage.Accepted))
        {
            update.Outcome = AbandonedOutcome();
            update.Stage = UpdateStage.Completed;
            update.Changed.TrySetResult();
        }
    }

    private void Abort(Func<UpdateState, bool> which, RpcError error)
    {
        foreach (var update in _updates.Values.Where(which).ToList())
        {
            update.Error = error;
            update.Stage = UpdateStage.Aborted;
            _updates.Remove(update.Id);
            update.Changed.TrySetResult();
        }
    }

    private static Outcome AbandonedOutcome() =>
        Failed("Workflow Update failed because the Workflow completed before the Update completed.",
        "AcceptedUpdateCompletedWorkflow", nonRetryable: true);

    private static Outcome Failed(string message, string type, bool nonRetryable) => new()
    {
        Failure = new ApiFailure.Failure
        {
            Message = message,
            Source = "Server",
            ApplicationFailureInfo = new ApiFailure.ApplicationFailureInfo { Type = type, NonRetryable = nonRetryable },
        },
    };

    private void RestoreUpdates()
    {
        foreach (var id in UpdateRecords.Keys) FindUpdate(id);
    }

    // Wakes whoever waits on an object that another one replaces: they look again.
    public static void ReleaseWaiters(Run old)
    {
        foreach (var watcher in old._watchers) watcher.TrySetResult();
        old.Abort(u => u.Stage is not UpdateStage.Completed,
            new RpcError(StatusCode.Unavailable, "the engine went back to its last committed state"));
    }
}
