using Pipeline.EmbeddedTemporal.History;
using Pipeline.EmbeddedTemporal.Matching;

namespace Pipeline.EmbeddedTemporal.Frontend;

// Starting workflows and acting on them.
internal sealed class WorkflowHandlers(Engine engine)
{
    public void Bind(MethodTable.ServiceBinder service) => service
        .On<StartWorkflowExecutionRequest, StartWorkflowExecutionResponse>("StartWorkflowExecution", Start)
        .On<SignalWithStartWorkflowExecutionRequest, SignalWithStartWorkflowExecutionResponse>(
            "SignalWithStartWorkflowExecution", SignalWithStart)
        .On<SignalWorkflowExecutionRequest, SignalWorkflowExecutionResponse>("SignalWorkflowExecution", Signal)
        .On<RequestCancelWorkflowExecutionRequest, RequestCancelWorkflowExecutionResponse>(
            "RequestCancelWorkflowExecution", Cancel)
        .On<TerminateWorkflowExecutionRequest, TerminateWorkflowExecutionResponse>(
            "TerminateWorkflowExecution", Terminate)
        .On<DeleteWorkflowExecutionRequest, DeleteWorkflowExecutionResponse>("DeleteWorkflowExecution", Delete)
        .On<ResetWorkflowExecutionRequest, ResetWorkflowExecutionResponse>(
            "ResetWorkflowExecution", (r, _) => engine.ExecuteAsync(tx =>
            new ResetWorkflowExecutionResponse { RunId = WorkflowReset.Reset(tx, r).State.RunId }))
        .On<QueryWorkflowRequest, QueryWorkflowResponse>("QueryWorkflow", Query)
        .On<UpdateWorkflowExecutionRequest, UpdateWorkflowExecutionResponse>("UpdateWorkflowExecution", Update)
        .On<PollWorkflowExecutionUpdateRequest, PollWorkflowExecutionUpdateResponse>(
            "PollWorkflowExecutionUpdate", PollUpdate);

    private async Task<StartWorkflowExecutionResponse> Start(StartWorkflowExecutionRequest r, CallContext context)
    {
        WorkflowTaskReply? eager = null;
        var response = await engine.ExecuteAsync(tx =>
        {
            var (run, started) = StartPolicy.Start(tx, r, signal: null);
            if (started && r.RequestEagerExecution && run.State.Task is { IsStarted: false })
            {
                // A worker that starts a workflow itself may only run it when the workflow would have come to it
                // anyway.
                var worker = WorkerIdentity.Of(r.Identity, "", null, r.EagerWorkerDeploymentOptions);
                if (worker.Version == run.TaskVersion) eager = run.StartTask(tx, worker, fullHistory: true);
            }

            return new StartWorkflowExecutionResponse
            {
                RunId = run.State.RunId,
                Started = started,
                Status = run.State.Status,
                Link = LinkTo(run),
            };
        });
        if (eager is not null) response.EagerWorkflowTask = eager.Complete(engine.Store);
        return response;
    }

    private static Link LinkTo(Run run) => new()
    {
        WorkflowEvent = new Link.Types.WorkflowEvent
        {
            Namespace = run.State.Namespace,
            WorkflowId = run.State.WorkflowId,
            RunId = run.State.RunId,
            EventRef = new Link.Types.WorkflowEvent.Types.EventReference
            {
                EventId = 1,
                EventType = EventType.WorkflowExecutionStarted,
            },
        },
    };

    private async Task<SignalWithStartWorkflowExecutionResponse> SignalWithStart(
        SignalWithStartWorkflowExecutionRequest r, CallContext context)
    {
        if (r.SignalName.Length == 0) throw RpcError.Invalid("SignalName is not set on request.");
        StartChecks.Blob(r.SignalInput);
        var start = new StartWorkflowExecutionRequest
        {
            Namespace = r.Namespace,
            WorkflowId = r.WorkflowId,
            WorkflowType = r.WorkflowType,
            TaskQueue = r.TaskQueue,
            Input = r.Input,
            WorkflowExecutionTimeout = r.WorkflowExecutionTimeout,
            WorkflowRunTimeout = r.WorkflowRunTimeout,
            WorkflowTaskTimeout = r.WorkflowTaskTimeout,
            Identity = r.Identity,
            RequestId = r.RequestId,
            WorkflowIdReusePolicy = r.WorkflowIdReusePolicy,
            RetryPolicy = r.RetryPolicy,
            WorkflowIdConflictPolicy = r.WorkflowIdConflictPolicy,
            CronSchedule = r.CronSchedule,
            Memo = r.Memo,
            SearchAttributes = r.SearchAttributes,
            Header = r.Header,
            WorkflowStartDelay = r.WorkflowStartDelay,
            UserMetadata = r.UserMetadata,
            Priority = r.Priority,
            VersioningOverride = r.VersioningOverride,
            Links = { r.Links },
        };
        if (start.WorkflowIdConflictPolicy == WorkflowIdConflictPolicy.Unspecified
            && start.WorkflowIdReusePolicy != WorkflowIdReusePolicy.TerminateIfRunning)
            start.WorkflowIdConflictPolicy = WorkflowIdConflictPolicy.UseExisting;
        return await engine.ExecuteAsync(tx =>
        {
            var (run, started) = StartPolicy.Start(tx, start, r);
            if (!started)
                run.Signal(tx, r.SignalName, r.SignalInput, r.Identity, r.Header, r.RequestId, links: r.Links);
            return new SignalWithStartWorkflowExecutionResponse { RunId = run.State.RunId, Started = started };
        });
    }

    private Task<SignalWorkflowExecutionResponse> Signal(SignalWorkflowExecutionRequest r, CallContext context)
    {
        if (r.SignalName.Length == 0) throw RpcError.Invalid("SignalName is not set on request.");
        StartChecks.Blob(r.Input);
        return engine.ExecuteAsync(tx =>
        {
            engine.Runs.GetOpen(r.Namespace, r.WorkflowExecution)
                .Signal(tx, r.SignalName, r.Input, r.Identity, r.Header, r.RequestId, links: r.Links);
            return new SignalWorkflowExecutionResponse();
        });
    }

    private Run Chained(string ns, WorkflowExecution? execution, string firstRunId)
    {
        var run = engine.Runs.Get(ns, execution);
        return firstRunId.Length == 0 || run.State.FirstRunId == firstRunId
            ? run : throw RpcError.NotFound("workflow execution not found");
    }

    private Task<RequestCancelWorkflowExecutionResponse> Cancel(
        RequestCancelWorkflowExecutionRequest r, CallContext context) => engine.ExecuteAsync(tx =>
    {
        var run = Chained(r.Namespace, r.WorkflowExecution, r.FirstExecutionRunId);
        if (run.IsOpen) run.RequestCancel(tx, r.Reason, r.Identity, r.RequestId);
        return new RequestCancelWorkflowExecutionResponse();
    });

    private Task<TerminateWorkflowExecutionResponse> Terminate(
        TerminateWorkflowExecutionRequest r, CallContext context) => engine.ExecuteAsync(tx =>
    {
        var run = Chained(r.Namespace, r.WorkflowExecution, r.FirstExecutionRunId);
        if (!run.IsOpen) throw RpcError.NotFound("workflow execution already completed");
        run.Terminate(tx, r.Reason.Length > 0 ? r.Reason : "terminated by user via frontend", r.Details, r.Identity);
        return new TerminateWorkflowExecutionResponse();
    });

    private Task<DeleteWorkflowExecutionResponse> Delete(
        DeleteWorkflowExecutionRequest r, CallContext context) => engine.ExecuteAsync(tx =>
    {
        var run = engine.Runs.Get(r.Namespace, r.WorkflowExecution);
        engine.Runs.Remove(tx, run);
        return new DeleteWorkflowExecutionResponse();
    });

    private async Task<QueryWorkflowResponse> Query(QueryWorkflowRequest r, CallContext context)
    {
        if (r.Query is null) throw RpcError.Invalid("WorkflowQuery is not set on request.");
        var rejected = WorkflowExecutionStatus.Unspecified;
        Run? run = null;
        var pending = await engine.ExecuteAsync(tx =>
        {
            run = engine.Runs.Get(r.Namespace, r.Execution);
            var reject = r.QueryRejectCondition switch
            {
                QueryRejectCondition.NotOpen => !run.IsOpen,
                QueryRejectCondition.NotCompletedCleanly => !run.IsOpen && run.State.Status
                    is not (WorkflowExecutionStatus.Completed or WorkflowExecutionStatus.ContinuedAsNew),
                _ => false,
            };
            if (!reject) return run.Query(tx, r.Query);
            rejected = run.State.Status;
            return null;
        });
        if (pending is null)
            return new QueryWorkflowResponse
            {
                QueryRejected = new Temporalio.Api.Query.V1.QueryRejected { Status = rejected },
            };
        try
        {
            var result = await pending.Answer.Task
                .WaitAsync(context.HoldFor(TimeSpan.FromSeconds(30)), context.Aborted);
            return result.Error is { } error ? throw error : new QueryWorkflowResponse { QueryResult = result.Result };
        }
        catch (TimeoutException)
        {
            throw new RpcError(StatusCode.DeadlineExceeded, "no worker answered the query in time");
        }
        finally
        {
            engine.Read(() =>
            {
                run?.ForgetQuery(pending);
                return 0;
            });
        }
    }

    private async Task<UpdateWorkflowExecutionResponse> Update(UpdateWorkflowExecutionRequest r, CallContext context)
    {
        PrepareUpdate(r);
        Run? run = null;
        var update = await engine.ExecuteAsync(tx =>
        {
            run = Chained(r.Namespace, r.WorkflowExecution, r.FirstExecutionRunId);
            return run.Update(tx, r.Request);
        });
        return await UpdateResponseAsync(run!, update, r, context);
    }

    public static void PrepareUpdate(UpdateWorkflowExecutionRequest r)
    {
        if (string.IsNullOrEmpty(r.Request?.Input?.Name)) throw RpcError.Invalid("Update name is not set on request.");
        if (r.WaitPolicy?.LifecycleStage == UpdateWorkflowExecutionLifecycleStage.Admitted)
        {
            throw new RpcError(StatusCode.PermissionDenied,
                "UpdateWorkflowExecution issued asynchronously and waiting on update admitted is not supported.",
                new Temporalio.Api.ErrorDetails.V1.PermissionDeniedFailure());
        }

        r.Request.Meta ??= new Temporalio.Api.Update.V1.Meta();
        if (r.Request.Meta.UpdateId.Length == 0) r.Request.Meta.UpdateId = Guid.NewGuid().ToString();
    }

    public async Task<UpdateWorkflowExecutionResponse> UpdateResponseAsync(
        Run run, UpdateState update, UpdateWorkflowExecutionRequest r, CallContext context)
    {
        var reached = await WaitAsync(
            update, r.WaitPolicy?.LifecycleStage ?? UpdateWorkflowExecutionLifecycleStage.Unspecified, context);
        return new UpdateWorkflowExecutionResponse
        {
            UpdateRef = new Temporalio.Api.Update.V1.UpdateRef
            {
                WorkflowExecution = run.Execution,
                UpdateId = update.Id,
            },
            Outcome = update.Outcome,
            Stage = reached,
        };
    }

    private async Task<PollWorkflowExecutionUpdateResponse> PollUpdate(
        PollWorkflowExecutionUpdateRequest r, CallContext context)
    {
        var run = engine.Read(() => engine.Runs.Get(r.Namespace, r.UpdateRef?.WorkflowExecution));
        var update = engine.Read(() => run.FindUpdate(r.UpdateRef.UpdateId))
            ?? throw RpcError.NotFound($"update \"{r.UpdateRef.UpdateId}\" not found");
        var reached = await WaitAsync(
            update, r.WaitPolicy?.LifecycleStage ?? UpdateWorkflowExecutionLifecycleStage.Unspecified, context);
        return new PollWorkflowExecutionUpdateResponse
        {
            Outcome = update.Outcome,
            Stage = reached,
            UpdateRef = new()
            {
                WorkflowExecution = run.Execution,
                UpdateId = update.Id,
            },
        };
    }

    private async Task<UpdateWorkflowExecutionLifecycleStage> WaitAsync(
        UpdateState update, UpdateWorkflowExecutionLifecycleStage wanted, CallContext context)
    {
        if (wanted == UpdateWorkflowExecutionLifecycleStage.Unspecified)
            wanted = UpdateWorkflowExecutionLifecycleStage.Completed;
        var until = DateTime.UtcNow + context.HoldFor(Limits.HistoryLongPoll);
        while (true)
        {
            var (stage, changed) = engine.Read(() => (update.Stage, update.Changed.Task));
            if (update.Error is { } error) throw error;
            var reached = stage switch
            {
                UpdateStage.Completed => UpdateWorkflowExecutionLifecycleStage.Completed,
                UpdateStage.Accepted => UpdateWorkflowExecutionLifecycleStage.Accepted,
                _ => UpdateWorkflowExecutionLifecycleStage.Admitted,
            };
            var left = until - DateTime.UtcNow;
            if (reached >= wanted || left <= TimeSpan.Zero) return reached;
            try
            {
                await changed.WaitAsync(left, context.Aborted);
            }
            catch (TimeoutException)
            {
                return reached;
            }
        }
    }
}
