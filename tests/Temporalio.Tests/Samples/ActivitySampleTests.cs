using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Tests.Samples;

/// <summary>How applications usually call activities.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class ActivitySampleTests(Engines engines)
{
    [Theory, EachEngine]
    public Task InstanceAndStaticActivities_ByExpression(string engine) =>
        engines.RunAsync(
            engine, options => options.AddWorkflow<Greeting>().AddAllActivities(new Greeter("Hello")), async scenario =>
            (await scenario.Client.ExecuteWorkflowAsync((Greeting wf) => wf.RunAsync("Ada"), scenario.NewWorkflow()))
                .ShouldBe("Hello, Ada!"));

    [Theory, EachEngine]
    public Task ActivityInterface_ImplementedByTheWorker(string engine) => engines.RunAsync(
        engine,
        options => options.AddWorkflow<Translates>().AddActivity(ActivityDefinition.Create(
            typeof(ITranslator).GetMethod(nameof(ITranslator.TranslateAsync))!,
            arguments => new Translator().TranslateAsync((string)arguments[0]!))),
        async scenario =>
            (await scenario.Client.ExecuteWorkflowAsync((Translates wf) => wf.RunAsync("word"), scenario.NewWorkflow()))
                .ShouldBe("WORD"));

    [Theory, EachEngine]
    public Task PollingInsideAnActivity_WithHeartbeats(string engine) =>
        engines.RunAsync(
            engine, options => options.AddWorkflow<Polls>().AddAllActivities(new Service(3)), async scenario =>
        (await scenario.Client.ExecuteWorkflowAsync((Polls wf) => wf.RunAsync(true), scenario.NewWorkflow())).ShouldBe(
            "ready after 3"));

    [Theory, EachEngine]
    public Task PollingByRetries_WithoutBackoff(string engine) =>
        engines.RunAsync(
            engine, options => options.AddWorkflow<Polls>().AddAllActivities(new Service(3)), async scenario =>
        (await scenario.Client.ExecuteWorkflowAsync((Polls wf) => wf.RunAsync(false), scenario.NewWorkflow())).ShouldBe(
            "ready after 3"));

    [Theory, EachEngine]
    public Task RaceOfActivities_CancelsTheLosers(string engine) =>
        engines.RunAsync(
            engine, options => options.AddWorkflow<Races>().AddAllActivities(typeof(Runner), null), async scenario =>
        (await scenario.Client.ExecuteWorkflowAsync((Races wf) => wf.RunAsync(), scenario.NewWorkflow())).ShouldBe(
            "fast; 2 cancelled"));

    public sealed class Greeter(string word)
    {
        [Activity]
        public async Task<string> GreetAsync(string name)
        {
            await Task.Yield();
            return $"{word}, {name}";
        }

        [Activity]
        public static string Exclaim(string text) => $"{text}!";
    }

    [Workflow]
    public sealed class Greeting
    {
        private static readonly ActivityOptions Options = new() { StartToCloseTimeout = TimeSpan.FromSeconds(10) };

        [WorkflowRun]
        public async Task<string> RunAsync(string name)
        {
            var text = await Workflow.ExecuteActivityAsync((Greeter greeter) => greeter.GreetAsync(name), Options);
            return await Workflow.ExecuteActivityAsync(() => Greeter.Exclaim(text), Options);
        }
    }

    public interface ITranslator
    {
        [Activity("Translate")]
        Task<string> TranslateAsync(string text);
    }

    public sealed class Translator : ITranslator
    {
        public Task<string> TranslateAsync(string text) => Task.FromResult(text.ToUpperInvariant());
    }

    [Workflow]
    public sealed class Translates
    {
        [WorkflowRun]
        public Task<string> RunAsync(string text) =>
            Workflow.ExecuteActivityAsync(
                (ITranslator translator) => translator.TranslateAsync(text), new()
                {
                    ScheduleToCloseTimeout = TimeSpan.FromSeconds(20),
                });
    }

    /// <summary>A service that is ready at the n-th question.</summary>
    public sealed class Service(int readyAt)
    {
        private int _asked;

        [Activity]
        public async Task<string> WaitUntilReadyAsync()
        {
            while (true)
            {
                if (++_asked >= readyAt)
                {
                    return $"ready after {_asked}";
                }

                ActivityExecutionContext.Current.Heartbeat(_asked);
                await Task.Delay(20, ActivityExecutionContext.Current.CancellationToken);
            }
        }

        [Activity]
        public string AskOnce() => ++_asked >= readyAt
        ? $"ready after {_asked}" : throw new ApplicationFailureException("not ready", "NotReady");
    }

    [Workflow]
    public sealed class Polls
    {
        [WorkflowRun]
        public Task<string> RunAsync(bool inside) => inside
            ? Workflow.ExecuteActivityAsync(
                (Service service) => service.WaitUntilReadyAsync(), new()
                {
                    StartToCloseTimeout = TimeSpan.FromMinutes(1),
                    HeartbeatTimeout = TimeSpan.FromSeconds(5),
                })
            : Workflow.ExecuteActivityAsync((Service service) => service.AskOnce(), new()
            {
                StartToCloseTimeout = TimeSpan.FromSeconds(5),
                RetryPolicy = new() { BackoffCoefficient = 1, InitialInterval = TimeSpan.FromMilliseconds(30) },
            });
    }

    public static class Runner
    {
        [Activity]
        public static async Task<string> RunAsync(string name)
        {
            var context = ActivityExecutionContext.Current;
            while (name != "fast")
            {
                context.Heartbeat();
                await Task.Delay(30, context.CancellationToken);
            }

            return name;
        }
    }

    [Workflow]
    public sealed class Races
    {
        [WorkflowRun]
        public async Task<string> RunAsync()
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Workflow.CancellationToken);
            var runners = new[] { "slow", "fast", "slower" }
                .Select(name => Workflow.ExecuteActivityAsync(() => Runner.RunAsync(name), new()
                {
                    StartToCloseTimeout = TimeSpan.FromMinutes(1),
                    HeartbeatTimeout = TimeSpan.FromSeconds(3),
                    CancellationType = ActivityCancellationType.WaitCancellationCompleted,
                    CancellationToken = stop.Token,
                })).ToList();
            var winner = await await Workflow.WhenAnyAsync(runners);
            stop.Cancel();
            var cancelled = 0;
            foreach (var runner in runners)
            {
                try
                {
                    await runner;
                }
                catch (ActivityFailureException failure) when (TemporalException.IsCanceledException(failure))
                {
                    cancelled++;
                }
            }

            return $"{winner}; {cancelled} cancelled";
        }
    }
}
