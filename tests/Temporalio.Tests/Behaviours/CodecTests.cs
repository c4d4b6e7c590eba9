using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Tests.Behaviours;

/// <summary>Encrypted payloads and failures, and conversion rules of one's own.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class CodecTests(Engines engines)
{
    private const string Secret = "planted-secret";

    [Theory, EachEngine]
    public Task Encrypted_Results_AreReadByTheirClientOnly(string engine) => RunAsync(engine, async (scenario, plain) =>
    {
        var handle =
            await scenario.Client.StartWorkflowAsync((Keeps wf) => wf.RunAsync(Secret), scenario.NewWorkflow());
        await handle.SignalAsync(wf => wf.AddAsync(Secret));
        (await handle.QueryAsync(wf => wf.Kept)).ShouldStartWith(Secret);
        (await handle.ExecuteUpdateAsync(wf => wf.FinishAsync(Secret))).ShouldBe(Secret);
        (await handle.GetResultAsync()).ShouldBe(Secret + Secret);
        (await plain.GetWorkflowHandle(handle.Id).FetchHistoryAsync()).ToJson().ShouldNotContain(Secret);
        await Should.ThrowAsync<Exception>(() => plain.GetWorkflowHandle(handle.Id).GetResultAsync<string>());
    });

    [Theory, EachEngine]
    public Task Encrypted_FailuresStackTracesAndDetails_LeaveNoPlainText(string engine) => RunAsync(
        engine, async (scenario, plain) =>
    {
        var handle =
            await scenario.Client.StartWorkflowAsync((Leaks wf) => wf.RunAsync(Secret), scenario.NewWorkflow());
        var failure = (await Should.ThrowAsync<WorkflowFailedException>(() => handle.GetResultAsync())).InnerException
            .ShouldBeOfType<ApplicationFailureException>();
        failure.Message.ShouldBe($"failed over {Secret}");
        failure.Details.ElementAt<string>(0).ShouldBe(Secret);
        var history = (await plain.GetWorkflowHandle(handle.Id).FetchHistoryAsync()).ToJson();
        history.ShouldNotContain(Secret);
        history.ShouldContain("Encoded failure");
        history.ShouldNotContain("CodecTests.cs");
    });

    [Theory, EachEngine]
    public Task Encrypted_MemoSummaryAndHeartbeat_LeaveNoPlainText(string engine) => RunAsync(
        engine, async (scenario, plain) =>
    {
        var options = scenario.NewWorkflow();
        options.Memo = new Dictionary<string, object> { ["note"] = Secret };
        options.StaticSummary = Secret;
        var handle = await scenario.Client.StartWorkflowAsync((Keeps wf) => wf.RunAsync(Secret), options);
        var description = await handle.DescribeAsync();
        (await description.Memo["note"].ToValueAsync<string>()).ShouldBe(Secret);
        (await description.GetStaticSummaryAsync()).ShouldBe(Secret);
        Google.Protobuf.JsonFormatter.Default.Format(
            (await plain.GetWorkflowHandle(handle.Id).DescribeAsync()).RawDescription).ShouldNotContain(Secret);
        await handle.TerminateAsync();
    });

    [Theory, EachEngine]
    public async Task JsonOptions_CamelCase_AreUsedOnTheWire(string engine)
    {
        var plain = await engines.ClientAsync(engine);
        var client = new TemporalClient(
            plain.Connection, new()
            {
                DataConverter = DataConverter.Default with { PayloadConverter = new CamelCase() },
            });
        var scenario = new Scenario(client);
        var handle = await client.StartWorkflowAsync("X", [new Point(3, 4)], scenario.NewWorkflow());
        var started = (await handle.FetchHistoryAsync()).Events.First().WorkflowExecutionStartedEventAttributes;
        started.Input.Payloads_.Single().Data.ToStringUtf8().ShouldBe("{\"someX\":3,\"someY\":4}");
        await handle.TerminateAsync();
    }

    [Theory, EachEngine]
    public Task Values_OfEveryEncoding_RoundTrip(string engine) => engines.RunAsync(
        engine, options => options.AddWorkflow<Mirrors>(), async scenario =>
    {
        async Task<T> MirrorAsync<T>(T value) =>
            await (await scenario.Client.StartWorkflowAsync("Mirrors", [value], scenario.NewWorkflow()))
                .GetResultAsync<T>();
        (await MirrorAsync<string?>(null)).ShouldBeNull();
        (await MirrorAsync(new byte[] { 0, 1, 255 })).ShouldBe([0, 1, 255]);
        (await MirrorAsync(new Point(1, 2))).ShouldBe(new Point(1, 2));
        (await MirrorAsync(new Temporalio.Api.Common.V1.WorkflowType { Name = "proto" })).Name.ShouldBe("proto");
        (await MirrorAsync(TimeSpan.FromSeconds(90))).ShouldBe(TimeSpan.FromSeconds(90));
        (await MirrorAsync(new Dictionary<string, List<int>> { ["ключ"] = [1, 2] }))["ключ"].ShouldBe([1, 2]);
        (await MirrorAsync("\u0000 ünï \ud83d\ude00")).ShouldBe("\u0000 ünï \ud83d\ude00");
    });

    private async Task RunAsync(string engine, Func<Scenario, ITemporalClient, Task> body)
    {
        var plain = await engines.ClientAsync(engine);
        var scenario = new Scenario(new TemporalClient(plain.Connection, new()
        {
            DataConverter = DataConverter.Default with
            {
                PayloadCodec = new AesCodec(),
                FailureConverter = new DefaultFailureConverter.WithEncodedCommonAttributes()
            },
        }));
        await scenario.RunAsync(
            options => options.AddWorkflow<Keeps>().AddWorkflow<Leaks>(), () => body(scenario, plain));
    }

    public sealed record Point(int SomeX, int SomeY);

    private sealed class CamelCase() : DefaultPayloadConverter(
        new System.Text.Json.JsonSerializerOptions
        {
            PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.CamelCase,
        });

    [Workflow]
    public sealed class Keeps
    {
        private bool _finished;

        [WorkflowQuery]
        public string Kept { get; private set; } = "";

        [WorkflowRun]
        public async Task<string> RunAsync(string secret)
        {
            Kept += secret;
            await Workflow.WaitConditionAsync(() => _finished);
            return Kept;
        }

        [WorkflowSignal]
        public Task AddAsync(string secret)
        {
            Kept += secret;
            return Task.CompletedTask;
        }

        [WorkflowUpdate]
        public Task<string> FinishAsync(string secret)
        {
            _finished = true;
            return Task.FromResult(secret);
        }
    }

    [Workflow]
    public sealed class Leaks
    {
        [WorkflowRun]
        public Task RunAsync(string secret) =>
            throw new ApplicationFailureException($"failed over {secret}", details: [secret]);
    }

    /// <summary>Gives back the raw payload that it got.</summary>
    [Workflow]
    public sealed class Mirrors
    {
        [WorkflowRun]
        public Task<IRawValue> RunAsync(IRawValue value) => Task.FromResult(value);
    }
}
