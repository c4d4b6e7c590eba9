using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Client.Schedules;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Extensions.Hosting;
using Temporalio.Workflows;

namespace Temporalio.Tests.Samples;

/// <summary>Cancellation with clean-up, failures as data, hosting, dynamic code, change over time.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class LifecycleSampleTests(Engines engines)
{
    [Theory, EachEngine]
    public Task Cancelled_Workflow_CleansUpDetached(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<CleansUp>().AddAllActivities(typeof(Steps), null), async scenario =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((CleansUp wf) => wf.RunAsync(), scenario.NewWorkflow());
        await Scenario.EventuallyAsync(async () => (await handle.DescribeAsync()).HistoryLength >= 5, "it waits");
        await handle.CancelAsync();
        await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync());
        (await handle.QueryAsync(wf => wf.Cleaned)).ShouldBe("cleaned");
    });

    [Theory, EachEngine]
    public Task SleepForDays_EndsEarlyOnASignal(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Sleeps>(), async scenario =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((Sleeps wf) => wf.RunAsync(), scenario.NewWorkflow());
        await handle.SignalAsync(wf => wf.WakeAsync());
        (await handle.GetResultAsync()).ShouldBe("woken");
    });

    [Theory, EachEngine]
    public Task Failures_ByType_ChooseTheWayOn(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Decides>().AddAllActivities(typeof(Steps), null), async scenario =>
    {
        (await scenario.Client.ExecuteWorkflowAsync((Decides wf) => wf.RunAsync("invalid"), scenario.NewWorkflow()))
            .ShouldBe("asked again");
        (await scenario.Client.ExecuteWorkflowAsync((Decides wf) => wf.RunAsync("slow"), scenario.NewWorkflow()))
            .ShouldBe("took too long");
    });

    [Theory, EachEngine]
    public async Task Hosted_WorkerWithInjectedActivities(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(new Price(7));
        builder.Services.AddTemporalClient(options =>
        {
            options.TargetHost = scenario.Client.Connection.Options.TargetHost;
            options.Runtime = Engines.Runtime;
        });
        builder.Services.AddHostedTemporalWorker(scenario.Queue).AddSingletonActivities<Prices>().AddWorkflow<Buys>()
            .ConfigureOptions(options => options.MaxConcurrentActivities = 3);
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        var client = host.Services.GetRequiredService<ITemporalClient>();
        (await client.ExecuteWorkflowAsync((Buys wf) => wf.RunAsync(6), scenario.NewWorkflow())).ShouldBe(42);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory, EachEngine]
    public Task Dynamic_WorkflowAndActivity_ServeAnyName(string engine) =>
        engines.RunAsync(
            engine, options => options.AddWorkflow<Anything>().AddAllActivities(typeof(Anything.Work), null),
            async scenario =>
        (await (await scenario.Client.StartWorkflowAsync("NameOfTheDay", ["input"], scenario.NewWorkflow()))
            .GetResultAsync<string>()).ShouldBe("NameOfTheDay did AnyWork with input"));

    [Theory, EachEngine]
    public Task Scheduled_WorkflowWithArguments_RunsOnTrigger(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Decides>().AddAllActivities(typeof(Steps), null), async scenario =>
    {
        var schedule = await scenario.Client.CreateScheduleAsync($"s-{Guid.NewGuid()}", new(
            ScheduleActionStartWorkflow.Create(
                (Decides wf) => wf.RunAsync("fine"), new($"scheduled-{Guid.NewGuid()}", scenario.Queue)),
            new() { Calendars = [new() { Hour = [new(3)], Comment = "every night" }] }));
        await schedule.TriggerAsync();
        ScheduleActionExecutionStartWorkflow? started = null;
        await Scenario.EventuallyAsync(
            async () =>
                (started = (await schedule.DescribeAsync()).Info.RecentActions
                    .FirstOrDefault()?.Action as ScheduleActionExecutionStartWorkflow) is not null, "it ran");
        (await scenario.Client.GetWorkflowHandle(started!.WorkflowId).GetResultAsync<string>()).ShouldBe("fine");
        await schedule.DeleteAsync();
    });

    [Theory, EachEngine]
    public Task LocalActivity_ForAShortLookUp(string engine) =>
        engines.RunAsync(
            engine, options => options.AddWorkflow<LooksUp>().AddAllActivities(typeof(Steps), null), async scenario =>
        (await scenario.Client.ExecuteWorkflowAsync((LooksUp wf) => wf.RunAsync(), scenario.NewWorkflow())).ShouldBe(
            "fine"));

    [Theory, EachEngine]
    public Task Progress_ByQueryAndCurrentDetails(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Reports>(), async scenario =>
    {
        var handle = await scenario.Client.StartWorkflowAsync((Reports wf) => wf.RunAsync(3), scenario.NewWorkflow());
        await handle.GetResultAsync();
        (await handle.QueryAsync(wf => wf.Progress())).ShouldBe(new Reports.State(3, 3));
    });

    [Theory, EachEngine]
    public Task Logging_InsideWorkflows_IsSilentOnReplay(string engine)
    {
        var lines = new System.Collections.Concurrent.ConcurrentQueue<string>();
        return engines.RunAsync(engine, options =>
        {
            options.AddWorkflow<Logs>();
            options.MaxCachedWorkflows = 0;
            options.LoggerFactory = LoggerFactory.Create(builder => builder.AddProvider(new LineProvider(lines)));
        }, async scenario =>
        {
            await scenario.Client.ExecuteWorkflowAsync((Logs wf) => wf.RunAsync(), scenario.NewWorkflow());
            lines.Where(line => line.StartsWith("step", StringComparison.Ordinal)).ShouldBe(["step 1", "step 2"]);
        });
    }

    public static class Steps
    {
        [Activity]
        public static async Task<string> StepAsync(string how)
        {
            switch (how)
            {
                case "invalid":
                    throw new ApplicationFailureException("no such customer", "InvalidInput", nonRetryable: true);
                case "slow":
                    await Task.Delay(Timeout.Infinite, ActivityExecutionContext.Current.CancellationToken);
                    break;
            }

            return how;
        }
    }

    [Workflow]
    public sealed class CleansUp
    {
        [WorkflowQuery]
        public string Cleaned { get; private set; } = "";

        [WorkflowRun]
        public async Task RunAsync()
        {
            try
            {
                await Workflow.DelayAsync(TimeSpan.FromDays(1));
            }
            finally
            {
                Cleaned = await Workflow.ExecuteActivityAsync(
                    () => Steps.StepAsync("cleaned"), new()
                    {
                        StartToCloseTimeout = TimeSpan.FromSeconds(10),
                        CancellationToken = CancellationToken.None,
                    });
            }
        }
    }

    [Workflow]
    public sealed class Sleeps
    {
        private bool _woken;

        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            var first = await Workflow.WhenAnyAsync(
                Workflow.DelayAsync(TimeSpan.FromDays(30)), Workflow.WaitConditionAsync(() => _woken));
            await first;
            return _woken ? "woken" : "slept";
        }

        [WorkflowSignal]
        public Task WakeAsync()
        {
            _woken = true;
            return Task.CompletedTask;
        }
    }

    [Workflow]
    public sealed class Decides
    {
        [WorkflowRun]
        public async Task<string> RunAsync(string how)
        {
            try
            {
                return await Workflow.ExecuteActivityAsync(
                    () => Steps.StepAsync(how), new()
                    {
                        StartToCloseTimeout = TimeSpan.FromSeconds(how == "slow" ? 1 : 10),
                        RetryPolicy = new()
                        {
                            MaximumAttempts = 1,
                        },
                    });
            }
            catch (ActivityFailureException failure)
                when (failure.InnerException is ApplicationFailureException { ErrorType: "InvalidInput" })
            {
                return "asked again";
            }
            catch (ActivityFailureException failure) when (failure.InnerException is TimeoutFailureException)
            {
                return "took too long";
            }
        }
    }

    public sealed record Price(int Each);

    public sealed class Prices(Price price)
    {
        [Activity]
        public int Total(int count) => price.Each * count;
    }

    [Workflow]
    public sealed class Buys
    {
        [WorkflowRun]
        public Task<int> RunAsync(int count) =>
            Workflow.ExecuteActivityAsync(
                (Prices prices) => prices.Total(count), new() { StartToCloseTimeout = TimeSpan.FromSeconds(10) });
    }

    [Workflow(Dynamic = true)]
    public sealed class Anything
    {
        [WorkflowRun]
        public async Task<string> RunAsync(IRawValue[] arguments)
        {
            var input = Workflow.PayloadConverter.ToValue<string>(arguments[0]);
            return $"{Workflow.Info.WorkflowType} did "
                + $"{await Workflow.ExecuteActivityAsync<string>("AnyWork", [input], new() { StartToCloseTimeout = TimeSpan.FromSeconds(10) })}";
        }

        public static class Work
        {
            [Activity(Dynamic = true)]
            public static string Do(IRawValue[] arguments)
            {
                var context = ActivityExecutionContext.Current;
                return $"{context.Info.ActivityType} with {context.PayloadConverter.ToValue<string>(arguments[0])}";
            }
        }
    }

    [Workflow]
    public sealed class LooksUp
    {
        [WorkflowRun]
        public Task<string> RunAsync() =>
            Workflow.ExecuteLocalActivityAsync(
                () => Steps.StepAsync("fine"), new() { ScheduleToCloseTimeout = TimeSpan.FromSeconds(5) });
    }

    [Workflow]
    public sealed class Reports
    {
        private State _state = new(0, 0);

        [WorkflowRun]
        public async Task RunAsync(int steps)
        {
            for (var step = 1; step <= steps; step++)
            {
                _state = new(step, steps);
                Workflow.CurrentDetails = $"step **{step}** of {steps}";
                await Workflow.DelayAsync(1);
            }
        }

        [WorkflowQuery]
        public State Progress() => _state;

        public sealed record State(int Step, int Of);
    }

    [Workflow]
    public sealed class Logs
    {
        [WorkflowRun]
        public async Task RunAsync()
        {
            Workflow.Logger.LogInformation("step {Step}", 1);
            await Workflow.DelayAsync(1);
            Workflow.Logger.LogInformation("step {Step}", 2);
            await Workflow.DelayAsync(1);
        }
    }

    private sealed class LineProvider(System.Collections.Concurrent.ConcurrentQueue<string> lines)
        : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
