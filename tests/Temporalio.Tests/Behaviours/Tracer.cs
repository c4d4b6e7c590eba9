using System.Collections.Concurrent;
using Temporalio.Api.Common.V1;
using Temporalio.Client;
using Temporalio.Client.Interceptors;
using Temporalio.Converters;
using Temporalio.Worker.Interceptors;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>
/// Notes every intercepted call and carries a tenant in the headers, from the client into workflows and activities.
/// </summary>
/// <param name="tenant">The header's value.</param>
internal sealed class Tracer(string tenant) : IClientInterceptor, IWorkerInterceptor
{
    private const string Header = "tenant";
    private static readonly AsyncLocal<string?> Current = new();
    private readonly ConcurrentQueue<string> _seen = new();

    /// <summary>The tenant of the running activity.</summary>
    public static string? CurrentTenant => Current.Value;

    /// <summary>Calls in order; calls of replays and repeated tasks are noted once.</summary>
    public IReadOnlyList<string> Seen => [.. _seen];

    public ClientOutboundInterceptor InterceptClient(ClientOutboundInterceptor nextInterceptor) =>
        new ClientCalls(this, nextInterceptor);

    public WorkflowInboundInterceptor InterceptWorkflow(WorkflowInboundInterceptor nextInterceptor) =>
        new WorkflowCalls(this, nextInterceptor);

    public ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) =>
        new ActivityCalls(this, nextInterceptor);

    private static string? Read(IReadOnlyDictionary<string, Payload>? headers) =>
        headers is not null && headers.TryGetValue(Header, out var payload)
            ? DataConverter.Default.PayloadConverter.ToValue<string>(payload) : null;

    private void Note(string what) => _seen.Enqueue(what);

    private void NoteOnce(string what)
    {
        if (!Workflow.Unsafe.IsReplaying)
        {
            Note(what);
        }
    }

    private Dictionary<string, Payload> Headers() => new(StringComparer.Ordinal)
    {
        [Header] = DataConverter.Default.PayloadConverter.ToPayload(tenant),
    };

    private sealed class ClientCalls(Tracer tracer, ClientOutboundInterceptor next) : ClientOutboundInterceptor(next)
    {
        public override Task<WorkflowHandle<TWorkflow, TResult>> StartWorkflowAsync<TWorkflow, TResult>(
            StartWorkflowInput input)
        {
            tracer.Note($"client start {input.Workflow}");
            return base.StartWorkflowAsync<TWorkflow, TResult>(input with { Headers = tracer.Headers() });
        }

        public override Task SignalWorkflowAsync(SignalWorkflowInput input)
        {
            tracer.Note($"client signal {input.Signal}");
            return base.SignalWorkflowAsync(input);
        }

        public override Task<TResult> QueryWorkflowAsync<TResult>(QueryWorkflowInput input)
        {
            tracer.Note($"client query {input.Query}");
            return base.QueryWorkflowAsync<TResult>(input);
        }

        public override Task<WorkflowUpdateHandle<TResult>> StartWorkflowUpdateAsync<TResult>(
            StartWorkflowUpdateInput input)
        {
            tracer.Note($"client update {input.Update}");
            return base.StartWorkflowUpdateAsync<TResult>(input);
        }

        public override Task<WorkflowExecutionDescription> DescribeWorkflowAsync(DescribeWorkflowInput input)
        {
            tracer.Note("client describe");
            return base.DescribeWorkflowAsync(input);
        }
    }

    private sealed class WorkflowCalls(Tracer tracer, WorkflowInboundInterceptor next)
        : WorkflowInboundInterceptor(next)
    {
        private string? _tenant;

        public override void Init(WorkflowOutboundInterceptor outbound) =>
            base.Init(new WorkflowOutCalls(tracer, outbound));

        public override Task<object?> ExecuteWorkflowAsync(ExecuteWorkflowInput input)
        {
            _tenant = Read(Workflow.Info.Headers);
            tracer.NoteOnce($"workflow header {_tenant}");
            tracer.NoteOnce($"run {Workflow.Info.WorkflowType}");
            return base.ExecuteWorkflowAsync(input);
        }

        public override Task HandleSignalAsync(HandleSignalInput input)
        {
            tracer.NoteOnce($"handle signal {input.Signal}");
            return base.HandleSignalAsync(input);
        }

        public override object? HandleQuery(HandleQueryInput input)
        {
            tracer.Note($"handle query {input.Query}");
            return base.HandleQuery(input);
        }

        public override void ValidateUpdate(HandleUpdateInput input)
        {
            tracer.NoteOnce($"validate {input.Update}");
            base.ValidateUpdate(input);
        }

        public override Task<object?> HandleUpdateAsync(HandleUpdateInput input)
        {
            tracer.NoteOnce($"handle update {input.Update}");
            return base.HandleUpdateAsync(input);
        }
    }

    private sealed class WorkflowOutCalls(Tracer tracer, WorkflowOutboundInterceptor next)
        : WorkflowOutboundInterceptor(next)
    {
        public override Task DelayAsync(DelayAsyncInput input)
        {
            tracer.NoteOnce("out delay");
            return base.DelayAsync(input);
        }

        public override Task<TResult> ScheduleActivityAsync<TResult>(ScheduleActivityInput input)
        {
            tracer.NoteOnce($"out activity {input.Activity}");
            return base.ScheduleActivityAsync<TResult>(input with { Headers = tracer.Headers() });
        }

        public override Task<TResult> ScheduleLocalActivityAsync<TResult>(ScheduleLocalActivityInput input)
        {
            tracer.NoteOnce("out local activity");
            return base.ScheduleLocalActivityAsync<TResult>(input);
        }

        public override Task<ChildWorkflowHandle<TWorkflow, TResult>> StartChildWorkflowAsync<TWorkflow, TResult>(
            StartChildWorkflowInput input)
        {
            tracer.NoteOnce($"out child {input.Workflow}");
            return base.StartChildWorkflowAsync<TWorkflow, TResult>(input);
        }
    }

    private sealed class ActivityCalls(Tracer tracer, ActivityInboundInterceptor next)
        : ActivityInboundInterceptor(next)
    {
        public override void Init(ActivityOutboundInterceptor outbound) => base.Init(new Beats(tracer, outbound));

        public override Task<object?> ExecuteActivityAsync(ExecuteActivityInput input)
        {
            Current.Value = Read(input.Headers);
            tracer.Note($"activity execute {input.Activity.Name}");
            if (Current.Value is not null)
            {
                tracer.Note($"activity header {Current.Value}");
            }

            return base.ExecuteActivityAsync(input);
        }
    }

    private sealed class Beats(Tracer tracer, ActivityOutboundInterceptor next) : ActivityOutboundInterceptor(next)
    {
        public override void Heartbeat(HeartbeatInput input)
        {
            tracer.Note("activity heartbeat");
            base.Heartbeat(input);
        }
    }
}
