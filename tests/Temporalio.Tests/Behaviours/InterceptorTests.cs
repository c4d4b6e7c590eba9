using System.Collections.Concurrent;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>Interceptors of client and worker see every call, and headers travel through all of them.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class InterceptorTests(Engines engines)
{
    [Theory, EachEngine]
    public Task Headers_SetByTheClient_ReachWorkflowAndActivity(string engine) => RunAsync(
        engine, async (scenario, tracer) =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((Traced wf) => wf.RunAsync(), scenario.NewWorkflow());
        await handle.SignalAsync(wf => wf.GoAsync());
        (await handle.GetResultAsync()).ShouldBe("header=tenant-7");
        tracer.Seen.ShouldContain("workflow header tenant-7");
        tracer.Seen.ShouldContain("activity header tenant-7");
    });

    [Theory, EachEngine]
    public Task Client_Calls_AreIntercepted(string engine) => RunAsync(engine, async (scenario, tracer) =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((Traced wf) => wf.RunAsync(), scenario.NewWorkflow());
        await handle.QueryAsync(wf => wf.State);
        await handle.ExecuteUpdateAsync(wf => wf.ChangeAsync("x"));
        await handle.SignalAsync(wf => wf.GoAsync());
        await handle.GetResultAsync();
        await handle.DescribeAsync();
        string[] expected = ["client start Traced", "client query State", "client update Change", "client signal Go",
            "client describe"];
        tracer.Seen.Where(entry => entry.StartsWith("client ", StringComparison.Ordinal)).ShouldBe(expected);
    });

    [Theory, EachEngine]
    public Task Workflow_InboundCalls_AreIntercepted(string engine) => RunAsync(engine, async (scenario, tracer) =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((Traced wf) => wf.RunAsync(), scenario.NewWorkflow());
        await handle.QueryAsync(wf => wf.State);
        await handle.ExecuteUpdateAsync(wf => wf.ChangeAsync("x"));
        await handle.SignalAsync(wf => wf.GoAsync());
        await handle.GetResultAsync();
        foreach (var expected in new[] { "run Traced", "handle query State", "validate Change", "handle update Change",
            "handle signal Go" })
        {
            tracer.Seen.ShouldContain(expected);
        }
    });

    [Theory, EachEngine]
    public Task Workflow_OutboundCalls_AreIntercepted(string engine) => RunAsync(engine, async (scenario, tracer) =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((Traced wf) => wf.RunAsync(), scenario.NewWorkflow());
        await handle.SignalAsync(wf => wf.GoAsync());
        await handle.GetResultAsync();
        tracer.Seen.Where(entry => entry.StartsWith("out ", StringComparison.Ordinal))
            .ShouldBe(["out delay", "out local activity", "out activity tenant", "out child Leaf"]);
    });

    [Theory, EachEngine]
    public Task Activity_ExecutionAndHeartbeat_AreIntercepted(string engine) => RunAsync(
        engine, async (scenario, tracer) =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((Traced wf) => wf.RunAsync(), scenario.NewWorkflow());
        await handle.SignalAsync(wf => wf.GoAsync());
        await handle.GetResultAsync();
        tracer.Seen.Count(entry => entry.StartsWith("activity execute", StringComparison.Ordinal)).ShouldBe(2);
        tracer.Seen.ShouldContain("activity heartbeat");
    });

    private async Task RunAsync(string engine, Func<Scenario, Tracer, Task> body)
    {
        var plain = await engines.ClientAsync(engine);
        var tracer = new Tracer("tenant-7");
        var options = (TemporalClientOptions)plain.Options.Clone();
        options.Interceptors = [tracer];
        var scenario = new Scenario(new TemporalClient(plain.Connection, options));
        await scenario.RunAsync(
            worker => worker.AddWorkflow<Traced>().AddWorkflow<Leaf>().AddActivity(Tenant).AddActivity(Nothing),
            () => body(scenario, tracer));
    }

    [Activity("tenant")]
    private static string Tenant()
    {
        ActivityExecutionContext.Current.Heartbeat(1);
        return $"header={Tracer.CurrentTenant}";
    }

    [Activity("nothing")]
    private static void Nothing()
    {
    }

    [Workflow]
    public sealed class Leaf
    {
        [WorkflowRun]
        public Task RunAsync() => Task.CompletedTask;
    }

    [Workflow]
    public sealed class Traced
    {
        private bool _go;

        [WorkflowQuery]
        public string State => _go ? "gone" : "waiting";

        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            await Workflow.WaitConditionAsync(() => _go);
            await Workflow.DelayAsync(1);
            await Workflow.ExecuteLocalActivityAsync(
                "nothing", [], new() { StartToCloseTimeout = TimeSpan.FromSeconds(10) });
            var result = await Workflow.ExecuteActivityAsync<string>(
                "tenant", [], new() { StartToCloseTimeout = TimeSpan.FromSeconds(10) });
            await Workflow.ExecuteChildWorkflowAsync((Leaf wf) => wf.RunAsync());
            return result;
        }

        [WorkflowSignal]
        public Task GoAsync()
        {
            _go = true;
            return Task.CompletedTask;
        }

        [WorkflowUpdate]
        public Task ChangeAsync(string to) => Task.CompletedTask;

        [WorkflowUpdateValidator(nameof(ChangeAsync))]
        public void ValidateChange(string to) => ArgumentException.ThrowIfNullOrEmpty(to);
    }
}
