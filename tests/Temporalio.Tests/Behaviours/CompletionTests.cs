using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>Activities that somebody else completes, by token and by id.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class CompletionTests(Engines engines)
{
    [Theory, EachEngine]
    public Task Complete_ByToken_EndsTheActivity(string engine) => WithAsync(engine, async (scenario, handle, token) =>
    {
        var activity = scenario.Client.GetAsyncActivityHandle(token);
        await activity.HeartbeatAsync();
        await activity.CompleteAsync("from outside");
        (await handle.GetResultAsync()).ShouldBe("from outside");
    });

    [Theory, EachEngine]
    public Task Complete_ById_EndsTheActivity(string engine) => WithAsync(engine, async (scenario, handle, _) =>
    {
        await scenario.Client.GetAsyncActivityHandle(handle.Id, handle.ResultRunId!, "1").CompleteAsync("by id");
        (await handle.GetResultAsync()).ShouldBe("by id");
    });

    [Theory, EachEngine]
    public Task Fail_ById_FailsTheActivity(string engine) => WithAsync(engine, async (scenario, handle, _) =>
    {
        await scenario.Client.GetAsyncActivityHandle(handle.Id, handle.ResultRunId!, "1")
            .FailAsync(new InvalidOperationException("said no"));
        (await Should.ThrowAsync<WorkflowFailedException>(
            () => handle.GetResultAsync())).InnerException!.InnerException!.Message.ShouldBe("said no");
    });

    [Theory, EachEngine]
    public Task Fail_ByTokenWithHeartbeatDetails_FailsTheActivity(string engine) => WithAsync(
        engine, async (scenario, handle, token) =>
    {
        await scenario.Client.GetAsyncActivityHandle(token)
            .FailAsync(new ApplicationFailureException("late", "TooLate"), new() { LastHeartbeatDetails = [3] });
        var failure = (await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync())).InnerException
            .ShouldBeOfType<ActivityFailureException>();
        failure.InnerException.ShouldBeOfType<ApplicationFailureException>().ErrorType.ShouldBe("TooLate");
    });

    [Theory, EachEngine]
    public Task Heartbeat_Details_AreDescribedAsPending(string engine) => WithAsync(
        engine, async (scenario, handle, token) =>
    {
        await scenario.Client.GetAsyncActivityHandle(token).HeartbeatAsync(new() { Details = ["step", 4] });
        var pending = (await handle.DescribeAsync()).RawDescription.PendingActivities.Single();
        pending.ActivityType.Name.ShouldBe("later");
        pending.Attempt.ShouldBe(1);
        pending.State.ShouldBe(PendingActivityState.Started);
        pending.HeartbeatDetails.Payloads_.Select(payload => payload.Data.ToStringUtf8()).ShouldBe(["\"step\"", "4"]);
        await handle.TerminateAsync();
    });

    [Theory, EachEngine]
    public Task Heartbeat_AfterCancellation_TellsTheCaller(string engine) => WithAsync(
        engine, async (scenario, handle, token) =>
    {
        await handle.CancelAsync();
        var activity = scenario.Client.GetAsyncActivityHandle(token);
        await Scenario.EventuallyAsync(async () =>
        {
            try
            {
                await activity.HeartbeatAsync();
                return false;
            }
            catch (AsyncActivityCanceledException)
            {
                return true;
            }
        }, "the heartbeat says cancelled");
        await activity.ReportCancellationAsync();
        (await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync())).InnerException
            .ShouldBeOfType<CanceledFailureException>();
    });

    [Theory, EachEngine]
    public Task Complete_Twice_IsNotFound(string engine) => WithAsync(engine, async (scenario, handle, token) =>
    {
        var activity = scenario.Client.GetAsyncActivityHandle(token);
        await activity.CompleteAsync("first");
        (await handle.GetResultAsync()).ShouldBe("first");
        (await Should.ThrowAsync<RpcException>(() => activity.CompleteAsync("second"))).Code.ShouldBe(
            RpcException.StatusCode.NotFound);
    });

    [Theory, EachEngine]
    public Task Complete_UnknownActivityId_IsNotFoundAndSaysWhich(string engine) => WithAsync(
        engine, async (scenario, handle, _) =>
    {
        var failure = await Should.ThrowAsync<RpcException>(
            () => scenario.Client.GetAsyncActivityHandle(handle.Id, handle.ResultRunId!, "77").CompleteAsync("x"));
        failure.Code.ShouldBe(RpcException.StatusCode.NotFound);
        failure.Message.ShouldContain("77");
        await handle.TerminateAsync();
    });

    [Theory, EachEngine]
    public async Task Complete_TokenThatIsNone_IsInvalid(string engine)
    {
        var client = await engines.ClientAsync(engine);
        (await Should.ThrowAsync<RpcException>(() => client.GetAsyncActivityHandle([1, 2, 3]).CompleteAsync("x"))).Code
            .ShouldBe(RpcException.StatusCode.InvalidArgument);
    }

    [Theory]
    [EachEngine("token")]
    [EachEngine("id")]
    [EachEngine("heartbeat")]
    public Task Complete_Over2MB_FailsTheActivityForGood(string engine, string how) => WithAsync(
        engine, async (scenario, handle, token) =>
    {
        var large = new string('x', (2 * 1024 * 1024) + 4096);
        var activity = how == "id" ? scenario.Client.GetAsyncActivityHandle(handle.Id, handle.ResultRunId!, "1")
            : scenario.Client.GetAsyncActivityHandle(token);
        if (how == "heartbeat")
        {
            await Should.ThrowAsync<AsyncActivityCanceledException>(
                () => activity.HeartbeatAsync(new() { Details = [large] }));
        }
        else
        {
            await activity.CompleteAsync(large);
        }

        var failure = (await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync())).InnerException
            .ShouldBeOfType<ActivityFailureException>();
        failure.RetryState.ShouldBe(RetryState.NonRetryableFailure);
        failure.InnerException!.Message.ShouldBe(
            how == "heartbeat" ? "Heartbeat details exceed size limit." : "Complete result exceeds size limit.");
    });

    private Task WithAsync(string engine, Func<Scenario, WorkflowHandle<Defers, string>, byte[], Task> body) =>
        engines.RunAsync(
            engine, options => options.AddWorkflow<Defers>().AddAllActivities(typeof(Later), null), async scenario =>
        {
            var id = $"wf-{Guid.NewGuid()}";
            var handle =
                await scenario.Client.StartWorkflowAsync((Defers wf) => wf.RunAsync(), scenario.NewWorkflow(id));
            await Scenario.EventuallyAsync(
                () => Task.FromResult(Later.Tokens.ContainsKey(id)), "the activity has started");
            await body(scenario, handle, Later.Tokens[id]);
        });

    [Workflow]
    public sealed class Defers
    {
        [WorkflowRun]
        public Task<string> RunAsync() => Workflow.ExecuteActivityAsync<string>("later", [], new()
        {
            StartToCloseTimeout = TimeSpan.FromSeconds(30),
            HeartbeatTimeout = TimeSpan.FromSeconds(30),
            CancellationType = ActivityCancellationType.WaitCancellationCompleted,
            RetryPolicy = new() { MaximumAttempts = 1 },
        });
    }
}
