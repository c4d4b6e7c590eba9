using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>Retries, timeouts, heartbeats, cancellation and asynchronous completion of activities.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class ActivityTests(Engines engines)
{
    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(20);

    [Theory, EachEngine]
    public async Task Execute_ArgumentsAndResult_RoundTrip(string engine) =>
        (await RunAsync(engine, "echo", new() { StartToCloseTimeout = TimeSpan.FromSeconds(5) }, "hello"))
            .ShouldBe("hello");

    [Theory, EachEngine]
    public async Task Execute_FailingTwice_SucceedsOnTheThirdAttempt(string engine) =>
        (await RunAsync(engine, "failTwice", Retrying(5))).ShouldBe("3");

    [Theory, EachEngine]
    public async Task Execute_AttemptsExhausted_FailsWithRetryState(string engine)
    {
        var failure = await FailureAsync(engine, "fail", Retrying(2));
        failure.RetryState.ShouldBe(RetryState.MaximumAttemptsReached);
        failure.ActivityType.ShouldBe("fail");
        failure.InnerException.ShouldBeOfType<ApplicationFailureException>().ErrorType.ShouldBe("Broken");
    }

    [Theory, EachEngine]
    public async Task Execute_NonRetryableType_FailsAtOnce(string engine)
    {
        var options = Retrying(50);
        options.RetryPolicy = options.RetryPolicy! with { NonRetryableErrorTypes = ["Broken"] };
        (await FailureAsync(engine, "fail", options)).RetryState.ShouldBe(RetryState.NonRetryableFailure);
    }

    [Theory, EachEngine]
    public async Task Execute_NonRetryableFailure_FailsAtOnce(string engine) =>
        (await FailureAsync(engine, "failForGood", Retrying(50))).RetryState.ShouldBe(RetryState.NonRetryableFailure);

    [Theory, EachEngine]
    public async Task Execute_NextRetryDelay_OverridesThePolicy(string engine)
    {
        var options = Retrying(2);
        options.RetryPolicy = options.RetryPolicy! with
        { InitialInterval = TimeSpan.FromHours(1), MaximumInterval = TimeSpan.FromHours(2) };
        (await RunAsync(engine, "askForQuickRetry", options)).ShouldBe("2");
    }

    [Theory, EachEngine]
    public async Task Execute_StartToCloseTimeout_Fails(string engine) =>
        (await FailureAsync(engine, "hang", Once(startToClose: 1))).InnerException
            .ShouldBeOfType<TimeoutFailureException>().TimeoutType.ShouldBe(TimeoutType.StartToClose);

    [Theory, EachEngine]
    public async Task Execute_NobodyOnTheQueue_ScheduleToStartTimeoutFails(string engine)
    {
        var options = Once(startToClose: 5);
        options.TaskQueue = $"idle-{Guid.NewGuid()}";
        options.ScheduleToStartTimeout = TimeSpan.FromSeconds(1);
        (await FailureAsync(engine, "echo", options)).InnerException
            .ShouldBeOfType<TimeoutFailureException>().TimeoutType.ShouldBe(TimeoutType.ScheduleToStart);
    }

    [Theory, EachEngine]
    public async Task Execute_NextRetryBeyondScheduleToClose_EndsTheRetries(string engine)
    {
        var options = new ActivityOptions
        {
            ScheduleToCloseTimeout = TimeSpan.FromSeconds(5),
            RetryPolicy = new()
            {
                InitialInterval = TimeSpan.FromMinutes(1),
            },
        };
        var failure = await FailureAsync(engine, "fail", options);
        failure.RetryState.ShouldBe(RetryState.Timeout);
        failure.InnerException.ShouldBeOfType<ApplicationFailureException>().ErrorType.ShouldBe("Broken");
    }

    [Theory, EachEngine]
    public async Task Heartbeat_Missing_TimesOutWithLastDetails(string engine)
    {
        var options = Once(startToClose: 20);
        options.HeartbeatTimeout = TimeSpan.FromSeconds(1);
        var timeout = (await FailureAsync(engine, "beatThenHang", options)).InnerException
            .ShouldBeOfType<TimeoutFailureException>();
        timeout.TimeoutType.ShouldBe(TimeoutType.Heartbeat);
        timeout.LastHeartbeatDetails.ElementAt<int>(0).ShouldBe(7);
    }

    [Theory, EachEngine]
    public async Task Heartbeat_Details_ReachTheNextAttempt(string engine)
    {
        var options = Retrying(3);
        options.HeartbeatTimeout = TimeSpan.FromSeconds(10);
        (await RunAsync(engine, "beatThenFail", options)).ShouldBe("resumed at 7");
    }

    [Theory]
    [EachEngine(ActivityCancellationType.TryCancel, "cancelled")]
    [EachEngine(ActivityCancellationType.WaitCancellationCompleted, "cleaned up")]
    [EachEngine(ActivityCancellationType.Abandon, "cancelled")]
    public async Task Cancel_Workflow_ByCancellationType(string engine, ActivityCancellationType type, string expected)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        await scenario.RunAsync(Register, async () =>
        {
            var handle = await scenario.Client.StartWorkflowAsync(
                (CancelsActivity wf) => wf.RunAsync(type), scenario.NewWorkflow());
            (await handle.GetResultAsync()).ShouldBe(expected);
        });
    }

    [Theory, EachEngine]
    public async Task Execute_UnknownActivity_NamesTheKnownOnes(string engine) =>
        (await FailureAsync(engine, "nobodyHasThis", Once(5))).InnerException!.Message.ShouldContain("nobodyHasThis");

    [Theory, EachEngine]
    public async Task Info_InsideAnActivity_DescribesIt(string engine) =>
        (await RunAsync(engine, "describe", Once(5))).ShouldBe("describe 1 Calls False");

    private static ActivityOptions Retrying(int attempts) =>
        new()
        {
            StartToCloseTimeout = TimeSpan.FromSeconds(10),
            RetryPolicy = new() { InitialInterval = Fast, BackoffCoefficient = 1, MaximumAttempts = attempts }
        };

    private static ActivityOptions Once(double startToClose) =>
        new() { StartToCloseTimeout = TimeSpan.FromSeconds(startToClose), RetryPolicy = new() { MaximumAttempts = 1 } };

    private static void Register(Temporalio.Worker.TemporalWorkerOptions options) =>
        options.AddWorkflow<Calls>().AddWorkflow<CancelsActivity>().AddAllActivities(typeof(SampleActivities), null);

    private async Task<string> RunAsync(
        string engine, string activity, ActivityOptions options, string? argument = null)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        var result = "";
        await scenario.RunAsync(Register, async () =>
            result = await scenario.Client.ExecuteWorkflowAsync(
                (Calls wf) => wf.RunAsync(activity, options, argument), scenario.NewWorkflow()));
        return result;
    }

    private async Task<ActivityFailureException> FailureAsync(string engine, string activity, ActivityOptions options)
    {
        var failure = await Should.ThrowAsync<WorkflowFailedException>(() => RunAsync(engine, activity, options));
        return failure.InnerException.ShouldBeOfType<ActivityFailureException>();
    }

    /// <summary>Calls one activity by name.</summary>
    [Workflow]
    public sealed class Calls
    {
        [WorkflowRun]
        public Task<string> RunAsync(string activity, ActivityOptions options, string? argument) =>
            Workflow.ExecuteActivityAsync<string>(activity, argument is null ? [] : [argument], options);
    }

    /// <summary>Cancels an activity after its start and says what came of it.</summary>
    [Workflow]
    public sealed class CancelsActivity
    {
        private bool _started;

        [WorkflowRun]
        public async Task<string> RunAsync(ActivityCancellationType type)
        {
            using var cancel = new CancellationTokenSource();
            var activity = Workflow.ExecuteActivityAsync<string>("untilCancelled", [], new()
            {
                StartToCloseTimeout = TimeSpan.FromSeconds(20),
                HeartbeatTimeout = TimeSpan.FromSeconds(2),
                CancellationType = type,
                CancellationToken = cancel.Token,
            });
            await Workflow.WaitConditionAsync(() => _started);
            cancel.Cancel();
            try
            {
                return await activity;
            }
            catch (ActivityFailureException failure) when (failure.InnerException is CanceledFailureException)
            {
                return "cancelled";
            }
        }

        [WorkflowSignal]
        public Task StartedAsync()
        {
            _started = true;
            return Task.CompletedTask;
        }
    }
}
