using Pipeline.EmbeddedTemporal.Deployments;
using Pipeline.EmbeddedTemporal.Matching;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Workflow.V1;

namespace Pipeline.EmbeddedTemporal.History;

// A worker's completion of a workflow task.
internal sealed partial class Run
{
    private static readonly TimeSpan HeartbeatChainLimit = TimeSpan.FromMinutes(30);

    public WorkflowTaskState StartedTask(TaskToken token)
    {
        if (!State.IsOpen) throw RpcError.NotFound("workflow execution already completed");
        return State.Task is { IsStarted: true } task && task.Stamp == token.Stamp && task.StartedId == token.StartedId
            ? task
            : throw RpcError.NotFound("Workflow task not found.");
    }

    public RespondWorkflowTaskCompletedResponse CompleteTask(
        Tx tx, TaskToken token, RespondWorkflowTaskCompletedRequest request)
    {
        var task = StartedTask(token);
        var response = new RespondWorkflowTaskCompletedResponse();
        if (request.ForceCreateNewWorkflowTask && tx.Now - task.OriginalScheduledTime > HeartbeatChainLimit)
        {
            OnTaskTimeout(tx, task, TimeoutType.StartToClose);
            tx.Error = RpcError.NotFound("workflow task heartbeat timeout");
            return response;
        }

        if (Refusal(request) is { } refused)
        {
            if (refused.RequestOnly) throw RpcError.Invalid(refused.Text);
            Refuse(tx, refused, request.Identity);
            return response;
        }

        AnswerQueries(request.QueryResults);
        if (CanDiscard(task, request))
        {
            State.Task = null;
            tx.Touch(this);
            ApplyMessages(tx, request.Messages, 0);
            response.ResetHistoryEventId = State.LastCompletedStartedId;
            AfterCompletion(tx, task, request, needsTask: false, response);
            return response;
        }

        var completedId = WriteCompleted(tx, task, request);
        SetSticky(request.StickyAttributes);
        var processor = new CommandProcessor(this, tx, completedId, request);
        processor.Run();
        RejectUnanswered(tx);
        var flushed = HasBuffered;
        FlushBuffered(tx);
        AfterCompletion(
            tx, task, request, request.ForceCreateNewWorkflowTask || flushed || processor.NeedsTask, response);
        response.ActivityTasks.AddRange(
            processor.EagerActivities.Select(a => StartActivity(tx, a, WorkerOf(request)).Complete(Engine.Store)));
        return response;
    }

    private static WorkerIdentity WorkerOf(RespondWorkflowTaskCompletedRequest request) =>
        WorkerIdentity.Of(request.Identity, request.BinaryChecksum, null, request.DeploymentOptions);

    private CommandError? Refusal(RespondWorkflowTaskCompletedRequest request)
    {
        var problem = new CommandValidator(this, request.Commands).Check() ?? MessageProblem(request);
        if (problem is not null) return problem;
        var closes = request.Commands.Count > 0 && CommandValidator.IsClosing(request.Commands[^1].CommandType);
        // Closing now would lose what arrived while the task ran.
        return closes && (HasBuffered || HasUnsentUpdates)
            ? new CommandError(WorkflowTaskFailedCause.UnhandledCommand, "")
            : null;
    }

    private void Refuse(Tx tx, CommandError refused, string identity)
    {
        var text = refused.Cause == WorkflowTaskFailedCause.UnhandledCommand ? "UnhandledCommand" : refused.Text;
        FailTask(
            tx, refused.Cause,
            new ApiFailure.Failure { Message = text, ServerFailureInfo = new ApiFailure.ServerFailureInfo() }, identity,
            reschedule: !refused.Terminates);
        if (refused.Terminates) Terminate(tx, text, null, "history-service");
        tx.Error = RpcError.Invalid(text);
    }

    // A speculative task whose updates were all rejected leaves nothing behind.
    private static bool CanDiscard(WorkflowTaskState task, RespondWorkflowTaskCompletedRequest request) =>
        task.Kind == WorkflowTaskKind.Speculative && request.Commands.Count == 0 && !request.ForceCreateNewWorkflowTask
        && request.Capabilities?.DiscardSpeculativeWorkflowTaskWithEvents == true
        && request.Messages.Count > 0
        && request.Messages.All(m => m.Body.Is(Temporalio.Api.Update.V1.Rejection.Descriptor));

    private long WriteCompleted(Tx tx, WorkflowTaskState task, RespondWorkflowTaskCompletedRequest request)
    {
        if (!task.IsWritten)
        {
            Write(tx, ScheduledEvent(task));
            Write(tx, StartedEvent(task));
        }

        var version = request.VersioningBehavior == VersioningBehavior.Unspecified
            ? null : DeploymentVersion.Of(request.DeploymentOptions);
        var id = Write(tx, new HistoryEvent
        {
            EventType = EventType.WorkflowTaskCompleted,
            WorkflowTaskCompletedEventAttributes = new WorkflowTaskCompletedEventAttributes
            {
                ScheduledEventId = task.ScheduledId,
                StartedEventId = task.StartedId,
                Identity = request.Identity,
                WorkerVersion = request.WorkerVersionStamp
                    ?? (task.BuildId.Length > 0 ? new WorkerVersionStamp { BuildId = task.BuildId } : null),
                SdkMetadata = request.SdkMetadata,
                MeteringMetadata = request.MeteringMetadata,
                VersioningBehavior = version is null ? VersioningBehavior.Unspecified : request.VersioningBehavior,
                WorkerDeploymentName = version?.Deployment ?? "",
                DeploymentVersion = version?.Proto(),
            },
        });
        State.Task = null;
        State.TaskAttempt = 1;
        State.LastCompletedStartedId = task.StartedId;
        var known = State.WorkerBuildId == task.BuildId
            && State.SearchAttributes.IndexedFields.ContainsKey(BuildIdAttributes.Name);
        State.WorkerBuildId = task.BuildId;
        ArriveAt(tx, version, request.VersioningBehavior);
        if (!known) BuildIdAttributes.Add(State, task.BuildId);
        AddResetPoint(tx, task, id);
        return id;
    }

    private void AddResetPoint(Tx tx, WorkflowTaskState task, long completedId)
    {
        if (State.ResetPoints.Points.Any(p => p.BuildId == task.BuildId)) return;
        State.ResetPoints.Points.Add(new ResetPointInfo
        {
            BuildId = task.BuildId,
            RunId = State.RunId,
            FirstWorkflowTaskCompletedId = completedId,
            CreateTime = tx.Now.Proto(),
            Resettable = true,
        });
    }

    private void SetSticky(Temporalio.Api.TaskQueue.V1.StickyExecutionAttributes? sticky)
    {
        State.StickyQueue = sticky?.WorkerTaskQueue?.Name ?? "";
        State.StickyTimeout = sticky?.ScheduleToStartTimeout.Span() ?? TimeSpan.Zero;
    }

    private void AfterCompletion(
        Tx tx, WorkflowTaskState task, RespondWorkflowTaskCompletedRequest request, bool needsTask,
        RespondWorkflowTaskCompletedResponse response)
    {
        if (!State.IsOpen) return;
        if (HasBuffered)
        {
            FlushBuffered(tx);
            needsTask = true;
        }

        if (needsTask) ScheduleTask(tx, request.ForceCreateNewWorkflowTask ? task.OriginalScheduledTime : null);
        else if (HasUnsentUpdates) ScheduleSpeculativeTask(tx);
        if (State.Task is null)
        {
            DispatchWaitingQueries(tx);
            return;
        }

        if (!request.ReturnNewWorkflowTask) return;
        var next = StartTask(tx, WorkerOf(request), fullHistory: State.StickyQueue.Length == 0);
        response.WorkflowTask = next.Complete(Engine.Store);
    }
}
