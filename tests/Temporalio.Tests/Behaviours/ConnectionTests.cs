using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;

namespace Temporalio.Tests.Behaviours;

/// <summary>Connecting: what the server tells, and how each way of not reaching it shows.</summary>
/// <param name="engines">The servers.</param>
[Trait("Tier", "workflow")]
public sealed class ConnectionTests(Engines engines)
{
    [Theory, EachEngine]
    public async Task Connect_Lazily_ConnectsOnTheFirstCall(string engine)
    {
        var address = (await engines.ClientAsync(engine)).Connection.Options.TargetHost!;
        var lazy = TemporalClient.CreateLazy(new(address) { Runtime = Engines.Runtime });
        lazy.Connection.IsConnected.ShouldBeFalse();
        await lazy.CountWorkflowsAsync("");
        lazy.Connection.IsConnected.ShouldBeTrue();
    }

    [Theory, EachEngine]
    public async Task Health_RunningServer_IsServing(string engine) =>
        (await (await engines.ClientAsync(engine)).Connection.CheckHealthAsync()).ShouldBeTrue();

    [Theory, EachEngine]
    public async Task SystemInfo_Capabilities_AreThoseThatWorkersNeed(string engine)
    {
        var info = await (await engines.ClientAsync(engine)).WorkflowService.GetSystemInfoAsync(new());
        info.ServerVersion.ShouldNotBeEmpty();
        info.Capabilities.SignalAndQueryHeader.ShouldBeTrue();
        info.Capabilities.ActivityFailureIncludeHeartbeat.ShouldBeTrue();
        info.Capabilities.SupportsSchedules.ShouldBeTrue();
        info.Capabilities.UpsertMemo.ShouldBeTrue();
        info.Capabilities.EagerWorkflowStart.ShouldBeTrue();
    }

    [Theory, EachEngine]
    public async Task DescribeNamespace_Default_IsKnown(string engine)
    {
        var reply = await (await engines.ClientAsync(engine)).WorkflowService.DescribeNamespaceAsync(
            new() { Namespace = "default" });
        reply.NamespaceInfo.Name.ShouldBe("default");
        reply.NamespaceInfo.Capabilities.SyncUpdate.ShouldBeTrue();
    }

    [Theory, EachEngine]
    public async Task Compression_GzipAndNone_BothRoundTrip(string engine)
    {
        var address = (await engines.ClientAsync(engine)).Connection.Options.TargetHost!;
        foreach (var compression in new GrpcCompression[] { new GrpcCompression.Gzip(), new GrpcCompression.None() })
        {
            var client = await TemporalClient.ConnectAsync(
                new(address) { Runtime = Engines.Runtime, GrpcCompression = compression });
            (await client.WorkflowService.DescribeNamespaceAsync(new() { Namespace = "default" })).NamespaceInfo.Name
                .ShouldBe("default");
        }
    }

    [Theory, EachEngine]
    public async Task Call_UnknownNamespace_IsNotFound(string engine)
    {
        var known = await engines.ClientAsync(engine);
        var client = new TemporalClient(known.Connection, new() { Namespace = "nowhere" });
        (await Should.ThrowAsync<RpcException>(() => client.StartWorkflowAsync("X", [], new("x", "x")))).Code.ShouldBe(
            RpcException.StatusCode.NotFound);
    }

    [Theory, EachEngine]
    public async Task Update_NobodyAnswersInTime_EndsInTime(string engine)
    {
        var client = await engines.ClientAsync(engine);
        var handle = await client.StartWorkflowAsync("NobodyRunsIt", [], new($"wf-{Guid.NewGuid()}", "nobody"));
        var watch = Stopwatch.StartNew();
        using var limit = new CancellationTokenSource(500);
        // A token, not RpcOptions.Timeout: the timeout bounds one attempt, and a long poll is attempted again.
        await Should.ThrowAsync<WorkflowUpdateRpcTimeoutOrCanceledException>(
            () => handle.ExecuteUpdateAsync("x", [], new() { Rpc = new() { CancellationToken = limit.Token } }));
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        await handle.TerminateAsync();
    }

    [Theory, EachEngine]
    public async Task Call_CancelledByTheCaller_ThrowsAtOnce(string engine)
    {
        var client = await engines.ClientAsync(engine);
        var handle = await client.StartWorkflowAsync("NobodyRunsIt", [], new($"wf-{Guid.NewGuid()}", "nobody"));
        using var cancel = new CancellationTokenSource(50);
        await Should.ThrowAsync<OperationCanceledException>(
            () => handle.GetResultAsync(rpcOptions: new() { CancellationToken = cancel.Token }));
        await handle.TerminateAsync();
    }

    [Theory, EachEngine]
    public async Task Connect_TlsToAPlainServer_FailsInTime(string engine)
    {
        var address = (await engines.ClientAsync(engine)).Connection.Options.TargetHost!;
        var watch = Stopwatch.StartNew();
        var failure = await Should.ThrowAsync<InvalidOperationException>(() =>
            TemporalClient.ConnectAsync(
                new(address) { Runtime = Engines.Runtime, Tls = new(), RpcRetry = new() { MaxRetries = 1 } }));
        failure.Message.ShouldContain("Connection failed");
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(15));
    }

    [Theory, EachEngine]
    public async Task Metadata_OfTheCaller_DoesNotDisturb(string engine)
    {
        var client = await engines.ClientAsync(engine);
        await client.CountWorkflowsAsync(
            "", new() { Rpc = new() { Metadata = new Dictionary<string, string> { ["x-team"] = "research" } } });
    }

    [Theory, EachEngine]
    public async Task Worker_ClientReplaced_PollsOn(string engine)
    {
        var first = await engines.ClientAsync(engine);
        var scenario = new Scenario(first);
        var second =
            await TemporalClient.ConnectAsync(new(first.Connection.Options.TargetHost!) { Runtime = Engines.Runtime });
        using var worker =
            new TemporalWorker(first, scenario.Options(options => options.AddWorkflow<StartTests.Echo>()));
        await worker.ExecuteAsync(async () =>
        {
            worker.Client = second;
            (await second.ExecuteWorkflowAsync(
                (StartTests.Echo wf) => wf.RunAsync("still here"), scenario.NewWorkflow())).ShouldBe("still here");
        });
    }

    [Fact]
    public async Task Connect_NothingListens_FailsInTimeAndNamesTheCause()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var failure = await Should.ThrowAsync<InvalidOperationException>(
            () =>
                TemporalClient.ConnectAsync(
                    new("127.0.0.1:9") { Runtime = Engines.Runtime, RpcRetry = new() { MaxRetries = 1 } })
                    .WaitAsync(limit.Token));
        failure.Message.ShouldContain("Connection failed");
    }

    [Fact]
    public async Task Connect_ListenerThatNeverAnswers_FailsWithinTheConfiguredTime()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var watch = Stopwatch.StartNew();
        await Should.ThrowAsync<Exception>(
            () => TemporalClient.ConnectAsync(new($"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}")
            {
                Runtime = Engines.Runtime,
                KeepAlive = new() { Interval = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromSeconds(1) },
                RpcRetry = new() { MaxRetries = 1, MaxElapsedTime = TimeSpan.FromSeconds(2) },
            }));
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }
}
