using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>Mistakes of callers and of workflow code: each ends with an error that names the cause.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class BadInputTests(Engines engines)
{
    private const int TooLarge = (2 * 1024 * 1024) + 4096;

    [Theory, EachEngine]
    public Task Start_ArgumentOver2MB_IsRefused(string engine) => engines.RunAsync(engine, Register, async scenario =>
    {
        var failure = await Should.ThrowAsync<RpcException>(
            () => scenario.Client.StartWorkflowAsync("Strange", [new string('x', TooLarge)], scenario.NewWorkflow()));
        failure.Code.ShouldBe(RpcException.StatusCode.InvalidArgument);
        failure.Message.ShouldContain("size exceeds limit", Case.Insensitive);
    });

    [Theory, EachEngine]
    public Task Signal_ArgumentOver2MB_IsRefused(string engine) => engines.RunAsync(engine, Register, async scenario =>
    {
        var handle = await scenario.Client.StartWorkflowAsync("Strange", ["wait"], scenario.NewWorkflow());
        var failure = await Should.ThrowAsync<RpcException>(() => handle.SignalAsync("x", [new string('x', TooLarge)]));
        failure.Code.ShouldBe(RpcException.StatusCode.InvalidArgument);
        await handle.TerminateAsync();
    });

    [Theory, EachEngine]
    public Task ActivityResult_Over2MB_FailsTheActivity(string engine) => engines.RunAsync(
        engine, Register, async scenario =>
    {
        var failure = await Should.ThrowAsync<WorkflowFailedException>(() =>
            scenario.Client.ExecuteWorkflowAsync((Strange wf) => wf.RunAsync("large result"), scenario.NewWorkflow()));
        failure.InnerException.ShouldBeOfType<ActivityFailureException>().InnerException!.Message.ShouldContain(
            "size", Case.Insensitive);
    });

    [Theory, EachEngine]
    public Task ActivityArgument_Over2MB_FailsTheTaskAndEndsTheRun(string engine) => engines.RunAsync(
        engine, Register, async scenario =>
    {
        var handle = await scenario.Client.StartWorkflowAsync(
            (Strange wf) => wf.RunAsync("large argument"), scenario.NewWorkflow());
        (await TaskFailureAsync(handle)).ShouldContain("size", Case.Insensitive);
        (await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync())).InnerException
            .ShouldBeOfType<TerminatedFailureException>();
    });

    [Theory, EachEngine]
    public Task ActivityExpression_ThatIsNoCall_FailsTheTask(string engine) =>
        FailsTheTaskAsync(engine, "no call", "expression");

    [Theory, EachEngine]
    public Task ActivityExpression_WithoutTheAttribute_FailsTheTask(string engine) =>
        FailsTheTaskAsync(engine, "no attribute", "NotAnActivity");

    [Theory, EachEngine]
    public Task ActivityOptions_WithoutATimeout_FailTheTask(string engine) =>
        FailsTheTaskAsync(engine, "no timeout", "timeout");

    [Theory, EachEngine]
    public Task ActivityArgument_Unserialisable_FailsTheTask(string engine) =>
        FailsTheTaskAsync(engine, "unserialisable", "serializ");

    [Theory, EachEngine]
    public Task Workflow_UnknownType_FailsTheTaskAndNamesTheKnown(string engine) => engines.RunAsync(
        engine, Register, async scenario =>
    {
        var handle = await scenario.Client.StartWorkflowAsync("NobodyWroteThis", [], scenario.NewWorkflow());
        var message = await TaskFailureAsync(handle);
        message.ShouldContain("NobodyWroteThis");
        message.ShouldContain("Strange");
        await handle.TerminateAsync();
    });

    [Theory, EachEngine]
    public Task Workflow_WrongArgumentType_FailsTheTask(string engine) => engines.RunAsync(
        engine, Register, async scenario =>
    {
        var handle = await scenario.Client.StartWorkflowAsync("Strange", [new[] { 1, 2 }], scenario.NewWorkflow());
        (await TaskFailureAsync(handle)).ShouldContain("decod", Case.Insensitive);
        await handle.TerminateAsync();
    });

    [Theory, EachEngine]
    public async Task Start_UnserialisableArgument_FailsAtTheCaller(string engine)
    {
        var scenario = new Scenario(await engines.ClientAsync(engine));
        await Should.ThrowAsync<Exception>(
            () => scenario.Client.StartWorkflowAsync("Strange", [typeof(string)], scenario.NewWorkflow()));
        var loop = new Loop();
        loop.Self = loop;
        await Should.ThrowAsync<System.Text.Json.JsonException>(
            () => scenario.Client.StartWorkflowAsync("Strange", [loop], scenario.NewWorkflow()));
    }

    [Theory, EachEngine]
    public async Task Start_WithoutIdOrQueue_FailsAtTheCaller(string engine)
    {
        var client = await engines.ClientAsync(engine);
        await Should.ThrowAsync<ArgumentException>(() => client.StartWorkflowAsync("X", [], new() { TaskQueue = "q" }));
        await Should.ThrowAsync<ArgumentException>(() => client.StartWorkflowAsync("X", [], new() { Id = "i" }));
    }

    [Theory, EachEngine]
    public Task Signal_WithAWrongArgument_IsDroppedAndTheRunGoesOn(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Conversation>(), async scenario =>
    {
        var handle =
            await scenario.Client.StartWorkflowAsync((Conversation wf) => wf.RunAsync(), scenario.NewWorkflow());
        await handle.SignalAsync("Add", ["not a number"]);
        await handle.SignalAsync(wf => wf.AddAsync(2));
        await handle.ExecuteUpdateAsync(wf => wf.FinishAsync());
        (await handle.GetResultAsync()).ShouldBe("2");
    });

    [Theory, EachEngine]
    public Task Id_OfAThousandAndOneCharacters_IsRefused(string engine) =>
        engines.RunAsync(engine, Register, async scenario =>
        (await Should.ThrowAsync<RpcException>(
            () => scenario.Client.StartWorkflowAsync("Strange", ["wait"], scenario.NewWorkflow(new string('i', 1001)))))
            .Code.ShouldBe(RpcException.StatusCode.InvalidArgument));

    private static async Task<string> TaskFailureAsync(WorkflowHandle handle)
    {
        var message = "";
        await Scenario.EventuallyAsync(async () => (message = (await handle.FetchHistoryAsync()).Events
            .Select(entry => entry.WorkflowTaskFailedEventAttributes?.Failure.Message ?? "")
            .FirstOrDefault(text => text.Length > 0) ?? "").Length > 0, "the task failed");
        return message;
    }

    private static void Register(Temporalio.Worker.TemporalWorkerOptions options) =>
        options.AddWorkflow<Strange>().AddAllActivities(typeof(Strange.Work), null);

    private Task FailsTheTaskAsync(string engine, string what, string message) => engines.RunAsync(
        engine, Register, async scenario =>
    {
        var handle =
            await scenario.Client.StartWorkflowAsync((Strange wf) => wf.RunAsync(what), scenario.NewWorkflow());
        (await TaskFailureAsync(handle)).ShouldContain(message, Case.Insensitive);
        await handle.TerminateAsync();
    });

    /// <summary>A reference to itself: no JSON for it.</summary>
    public sealed class Loop
    {
        public Loop? Self { get; set; }
    }

    /// <summary>Makes the named mistake.</summary>
    [Workflow]
    public sealed class Strange
    {
        private static readonly ActivityOptions Options = new()
        {
            StartToCloseTimeout = TimeSpan.FromSeconds(5),
            RetryPolicy = new() { MaximumAttempts = 1 },
        };

        [WorkflowRun]
        public async Task<string> RunAsync(string what)
        {
            switch (what)
            {
                case "large argument":
                    return await Workflow.ExecuteActivityAsync(() => Work.Echo(new string('x', TooLarge)), Options);
                case "large result":
                    return (await Workflow.ExecuteActivityAsync(() => Work.Large(), Options)).Length.ToString();
                case "no call":
                    return await Workflow.ExecuteActivityAsync(() => "a constant", Options);
                case "no attribute":
                    return await Workflow.ExecuteActivityAsync(() => Work.NotAnActivity(), Options);
                case "no timeout":
                    return await Workflow.ExecuteActivityAsync(() => Work.Echo("x"), new());
                case "unserialisable":
                    return await Workflow.ExecuteActivityAsync<string>("Echo", [typeof(string)], Options);
                default:
                    await Workflow.WaitConditionAsync(() => false);
                    return "";
            }
        }

        public static class Work
        {
            [Activity]
            public static string Echo(string value) => value;

            [Activity]
            public static string Large() => new('x', TooLarge);

            public static string NotAnActivity() => "";
        }
    }
}
