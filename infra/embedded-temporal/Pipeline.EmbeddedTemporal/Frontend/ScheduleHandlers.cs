using System.Buffers.Binary;
using Pipeline.EmbeddedTemporal.Schedules;
using Pipeline.EmbeddedTemporal.Visibility;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Schedule.V1;

namespace Pipeline.EmbeddedTemporal.Frontend;

// Creating, reading and changing schedules.
internal sealed class ScheduleHandlers(Engine engine)
{
    private const int ShownInDescription = 10;
    private const int ShownInList = 5;
    private readonly ScheduleFilter _filter = new(engine.Database);

    public void Bind(MethodTable.ServiceBinder service) => service
        .On<CreateScheduleRequest, CreateScheduleResponse>("CreateSchedule", Create)
        .On<DescribeScheduleRequest, DescribeScheduleResponse>(
            "DescribeSchedule", r => engine.Read(() => Describe(engine.Schedules.Get(r.Namespace, r.ScheduleId))))
        .On<UpdateScheduleRequest, UpdateScheduleResponse>("UpdateSchedule", Update)
        .On<PatchScheduleRequest, PatchScheduleResponse>("PatchSchedule", (r, _) => engine.ExecuteAsync(tx =>
        {
            if (r.Patch is null) throw RpcError.Invalid("Patch is not set on request.");
            engine.Schedules.Apply(tx, engine.Schedules.Get(r.Namespace, r.ScheduleId), r.Patch);
            return new PatchScheduleResponse();
        }))
        .On<DeleteScheduleRequest, DeleteScheduleResponse>("DeleteSchedule", (r, _) => engine.ExecuteAsync(tx =>
        {
            engine.Schedules.Remove(tx, engine.Schedules.Get(r.Namespace, r.ScheduleId));
            return new DeleteScheduleResponse();
        }))
        .On<ListSchedulesRequest, ListSchedulesResponse>("ListSchedules", List)
        .On<CountSchedulesRequest, CountSchedulesResponse>(
            "CountSchedules", r => new CountSchedulesResponse { Count = Matching(r.Namespace, r.Query).Count })
        .On<ListScheduleMatchingTimesRequest, ListScheduleMatchingTimesResponse>(
            "ListScheduleMatchingTimes", r => engine.Read(() =>
        {
            var state = engine.Schedules.Get(r.Namespace, r.ScheduleId);
            var times = new ScheduleTimes(state.Schedule.Spec, state.ScheduleId)
                .Between(r.StartTime.ToDateTime(), r.EndTime.ToDateTime());
            return new ListScheduleMatchingTimesResponse
            {
                StartTime = { times.Take(Limits.PageSize).Select(t => t.Actual.Proto()) },
            };
        }));

    private Task<CreateScheduleResponse> Create(CreateScheduleRequest r, CallContext context) => engine.ExecuteAsync(
        tx =>
    {
        var ns = engine.Namespaces.Get(r.Namespace);
        if (r.ScheduleId.Length == 0) throw RpcError.Invalid("ScheduleId is not set on request.");
        if (r.ScheduleId.Length > Limits.IdLength) throw RpcError.Invalid("ScheduleId length exceeds limit.");
        if (r.RequestId.Length == 0) throw RpcError.Invalid("RequestId is not set on request.");
        if (SearchAttributeChecks.Problem(ns, r.SearchAttributes) is { } problem) throw RpcError.Invalid(problem);
        var schedule = Checked(ns, r.Schedule);
        if (engine.Schedules.Find(r.Namespace, r.ScheduleId) is { } existing)
        {
            if (existing.CreateRequestId == r.RequestId) return new CreateScheduleResponse
            {
                ConflictToken = Token(existing),
            };
            throw new RpcError(StatusCode.AlreadyExists, $"schedule \"{r.ScheduleId}\" is already registered",
                new WorkflowExecutionAlreadyStartedFailure { StartRequestId = existing.CreateRequestId });
        }

        var state = new ScheduleRecord
        {
            Namespace = r.Namespace,
            ScheduleId = r.ScheduleId,
            Schedule = schedule,
            Memo = r.Memo,
            SearchAttributes = r.SearchAttributes is null
                ? null : SearchAttributeChecks.WithTypes(ns, r.SearchAttributes),
            CreateRequestId = r.RequestId,
            CreateTime = tx.Now,
            LastProcessed = tx.Now,
        };
        engine.Schedules.Add(tx, state, r.InitialPatch);
        return new CreateScheduleResponse { ConflictToken = Token(state) };
    });

    private Task<UpdateScheduleResponse> Update(UpdateScheduleRequest r, CallContext context) => engine.ExecuteAsync(
        tx =>
    {
        var ns = engine.Namespaces.Get(r.Namespace);
        var state = engine.Schedules.Get(r.Namespace, r.ScheduleId);
        if (r.ConflictToken.Length == 8 && BinaryPrimitives.ReadInt64BigEndian(r.ConflictToken.Span) is not 0
            and var token && token != state.Version)
            throw RpcError.Precondition("mismatched conflict token");
        if (SearchAttributeChecks.Problem(ns, r.SearchAttributes) is { } problem) throw RpcError.Invalid(problem);
        var schedule = Checked(ns, r.Schedule);
        new ScheduleRunner(state).Process(tx);
        state.Schedule = schedule;
        state.Version++;
        state.UpdateTime = state.LastProcessed = tx.Now;
        if (r.SearchAttributes is not null)
            state.SearchAttributes = SearchAttributeChecks.WithTypes(ns, r.SearchAttributes);
        engine.Schedules.Apply(tx, state, null);
        return new UpdateScheduleResponse();
    });

    // The schedule in its stored form: everything set, the spec compiled.
    private static Schedule Checked(NamespaceEntry ns, Schedule? schedule)
    {
        var checkedSchedule = schedule?.Clone() ?? new Schedule();
        checkedSchedule.Spec = ScheduleSpecs.Compile(checkedSchedule.Spec);
        checkedSchedule.Policies ??= new SchedulePolicies();
        checkedSchedule.State ??= new ScheduleState();
        if (checkedSchedule.Action?.StartWorkflow is not { } action)
            throw RpcError.Invalid("unsupported schedule action");
        if (action.TaskQueue is { } queue) queue.Kind = TaskQueueKind.Normal;
        if (action.SearchAttributes is { } attributes)
            action.SearchAttributes = SearchAttributeChecks.WithTypes(ns, attributes);
        if (checkedSchedule.Policies.OverlapPolicy == ScheduleOverlapPolicy.Unspecified)
            checkedSchedule.Policies.OverlapPolicy = ScheduleOverlapPolicy.Skip;
        checkedSchedule.Policies.CatchupWindow ??= TimeSpan.FromDays(365).Proto();
        StartChecks.Check(ns, new StartWorkflowExecutionRequest
        {
            WorkflowId = action.WorkflowId,
            WorkflowType = action.WorkflowType,
            TaskQueue = action.TaskQueue,
            Input = action.Input,
            RetryPolicy = action.RetryPolicy,
            Memo = action.Memo,
            SearchAttributes = action.SearchAttributes,
            WorkflowExecutionTimeout = action.WorkflowExecutionTimeout,
            WorkflowRunTimeout = action.WorkflowRunTimeout,
            WorkflowTaskTimeout = action.WorkflowTaskTimeout,
        });
        return checkedSchedule;
    }

    private static DescribeScheduleResponse Describe(ScheduleRecord s) => new()
    {
        Schedule = s.Schedule,
        Info = new ScheduleInfo
        {
            ActionCount = s.ActionCount,
            MissedCatchupWindow = s.MissedCatchup,
            OverlapSkipped = s.OverlapSkipped,
            BufferDropped = s.BufferDropped,
            BufferSize = s.Buffer.Count,
            RunningWorkflows =
                { s.Running.Select(a => new WorkflowExecution { WorkflowId = a.WorkflowId, RunId = a.RunId }) },
            RecentActions = { s.Recent },
            FutureActionTimes = { Future(s, ShownInDescription) },
            CreateTime = s.CreateTime.Proto(),
            UpdateTime = s.UpdateTime?.Proto(),
        },
        Memo = s.Memo,
        SearchAttributes = s.SearchAttributes,
        ConflictToken = Token(s),
    };

    private ListSchedulesResponse List(ListSchedulesRequest r)
    {
        var size = r.MaximumPageSize is > 0 and <= Limits.PageSize ? r.MaximumPageSize : Limits.PageSize;
        var after = r.NextPageToken.ToStringUtf8();
        var matching = Matching(r.Namespace, r.Query);
        var page = (after.Length == 0 ? matching : matching.SkipWhile(s => s.ScheduleId != after).Skip(1)).Take(size)
            .ToList();
        return engine.Read(() => new ListSchedulesResponse
        {
            Schedules = { page.Select(Entry) },
            NextPageToken = page.Count == size && page[^1] != matching[^1]
                ? ByteString.CopyFromUtf8(page[^1].ScheduleId) : ByteString.Empty,
        });
    }

    private List<ScheduleRecord> Matching(string ns, string query)
    {
        var (all, filter) =
            engine.Read(() => (engine.Schedules.Of(ns).ToList(), Filter.Parse(engine.Namespaces.Get(ns), query)));
        return query.Length == 0 ? all : _filter.Apply(filter, all);
    }

    private static ScheduleListEntry Entry(ScheduleRecord s) => new()
    {
        ScheduleId = s.ScheduleId,
        Memo = s.Memo,
        SearchAttributes = s.SearchAttributes is null ? null : AttributeJson.Listed(s.SearchAttributes),
        Info = new ScheduleListInfo
        {
            Spec = s.Schedule.Spec,
            WorkflowType = s.Schedule.Action.StartWorkflow.WorkflowType,
            Notes = s.Schedule.State.Notes,
            Paused = s.Schedule.State.Paused,
            RecentActions = { s.Recent.TakeLast(ShownInList) },
            FutureActionTimes = { Future(s, ShownInList) },
        },
    };

    private static IEnumerable<Timestamp> Future(ScheduleRecord s, int count)
    {
        if (s.IsLimited) count = (int)Math.Min(count, Math.Max(0, s.Schedule.State.RemainingActions));
        return new ScheduleTimes(s.Schedule.Spec, s.ScheduleId).Between(s.LastProcessed, DateTime.MaxValue).Take(count)
            .Select(t => t.Actual.Proto());
    }

    private static ByteString Token(ScheduleRecord s)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, s.Version);
        return ByteString.CopyFrom(bytes);
    }
}
