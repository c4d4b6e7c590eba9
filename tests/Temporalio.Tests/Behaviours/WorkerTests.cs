using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Extensions.Hosting;
using Temporalio.Testing;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>The worker itself: caches, restarts, shutdown, slots, codecs, hosting.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class WorkerTests(Engines engines)
{
    [Theory, EachEngine]
    public async Task Shutdown_WithAnActivityRunning_TellsItAndWaits(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        var started = new TaskCompletionSource();
        var told = false;
        [Activity("longWork")]
        async Task<string> LongWorkAsync()
        {
            started.TrySetResult();
            var context = ActivityExecutionContext.Current;
            await Task.Delay(Timeout.Infinite, context.WorkerShutdownToken)
                .ContinueWith(_ => told = true, TaskScheduler.Default);
            return "stopped early";
        }

        using var stop = new CancellationTokenSource();
        using var worker = new TemporalWorker(scenario.Client, scenario.Options(options =>
        {
            options.AddWorkflow<CallsOne>().AddActivity(LongWorkAsync);
            options.GracefulShutdownTimeout = TimeSpan.FromSeconds(10);
        }));
        var serving = worker.ExecuteAsync(stop.Token);
        var handle =
            await scenario.Client.StartWorkflowAsync((CallsOne wf) => wf.RunAsync("longWork"), scenario.NewWorkflow());
        await started.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => serving);
        told.ShouldBeTrue();
        await scenario.RunAsync(options => options.AddWorkflow<CallsOne>(),
            async () => (await handle.GetResultAsync()).ShouldBe("stopped early"));
    }

    [Theory, EachEngine]
    public async Task Hosting_ScopedActivities_AreResolvedForEachCall(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddScoped<Greeting>();
        builder.Services.AddSingleton(scenario.Client);
        builder.Services.AddHostedTemporalWorker(scenario.Queue).AddScopedActivities<GreetingActivities>()
            .AddWorkflow<CallsOne>();
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        var first = await scenario.Client.ExecuteWorkflowAsync(
            (CallsOne wf) => wf.RunAsync("GreetFromScope"), scenario.NewWorkflow());
        var second = await scenario.Client.ExecuteWorkflowAsync(
            (CallsOne wf) => wf.RunAsync("GreetFromScope"), scenario.NewWorkflow());
        first.ShouldNotBe(second);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory, EachEngine]
    public async Task Worker_UnknownNamespace_FailsAtOnce(string engine)
    {
        var known = await engines.ClientAsync(engine);
        var client = new TemporalClient(known.Connection, new() { Namespace = "nowhere" });
        using var worker = new TemporalWorker(client, new TemporalWorkerOptions("tq").AddWorkflow<CallsOne>());
        (await Should.ThrowAsync<Exception>(() => worker.ExecuteAsync(TestContext.Current.CancellationToken))).Message
            .ShouldContain("nowhere", Case.Insensitive);
    }

    [Theory, EachEngine]
    public async Task Worker_WithNothingToDo_IsRefused(string engine)
    {
        var client = await engines.ClientAsync(engine);
        Should.Throw<ArgumentException>(() => new TemporalWorker(client, new("tq")));
    }

    [Theory, EachEngine]
    public async Task Worker_SameActivityTwice_IsRefused(string engine)
    {
        [Activity("once")]
        static void Once()
        {
        }

        var client = await engines.ClientAsync(engine);
        Should.Throw<ArgumentException>(
            () =>
                new TemporalWorker(client, new TemporalWorkerOptions("tq").AddActivity(Once).AddActivity(Once))).Message
            .ShouldContain("once");
    }

    [Fact]
    public async Task ActivityEnvironment_Heartbeats_AreCaptured()
    {
        var beats = new List<object?[]>();
        var environment = new ActivityEnvironment { Heartbeater = beats.Add };
        await environment.RunAsync(() =>
        {
            ActivityExecutionContext.Current.Heartbeat(1, "two");
            return Task.CompletedTask;
        });
        beats.Single().ShouldBe([1, "two"]);
    }

    [Workflow]
    public sealed class CallsOne
    {
        [WorkflowRun]
        public Task<string?> RunAsync(string activity) =>
            Workflow.ExecuteActivityAsync<string?>(
                activity, [], new() { StartToCloseTimeout = TimeSpan.FromSeconds(30) });
    }

    public sealed class Greeting
    {
        public Guid Id { get; } = Guid.NewGuid();
    }

    public sealed class GreetingActivities(Greeting greeting)
    {
        [Activity]
        public string GreetFromScope() => $"{greeting.Id}";
    }
}
