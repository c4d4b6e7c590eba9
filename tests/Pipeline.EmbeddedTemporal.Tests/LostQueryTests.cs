using Google.Protobuf;
using Pipeline.EmbeddedTemporal.Core;
using Pipeline.EmbeddedTemporal.Grpc;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.TaskQueue.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>A query whose worker is gone finds another one, and one that nobody waits for is forgotten.</summary>
public sealed class LostQueryTests
{
    private const string Queue = "normal-queue";
    private const string Sticky = "sticky-queue";

    private static readonly Payloads Here = new()
    {
        Payloads_ = { new Payload { Data = ByteString.CopyFromUtf8("here") } },
    };

    [Fact]
    public async Task Query_OfTheWorkerThatHasTheRun_WhenItIsGone_GoesToAnotherOne()
    {
        using var server = await IdleRunAsync();

        // It polled a moment ago, so it counts as alive; but it does not come back.
        (await PollAsync(server, Sticky, TaskQueueKind.Sticky, TimeSpan.FromSeconds(1.1))).TaskToken.ShouldBeEmpty();
        var asked = QueryAsync(server, TimeSpan.FromSeconds(8));
        await AnswerAsync(server, await PollAsync(server, Queue, TaskQueueKind.Normal, TimeSpan.FromSeconds(8)));
        (await asked).QueryResult.ShouldBe(Here);
    }

    [Fact]
    public async Task Query_GivenToACallThatHasGone_GoesToAnotherOne()
    {
        using var server = await IdleRunAsync();
        using var gone = new CancellationTokenSource();
        var lost = PollAsync(server, Sticky, TaskQueueKind.Sticky, TimeSpan.FromSeconds(8), gone.Token);
        Task<QueryWorkflowResponse> asked;
        lock (server.Engine.Gate)
        {
            // The query meets the waiting call, and the call breaks off before it can hand the query on.
            asked = QueryAsync(server, TimeSpan.FromSeconds(8));
            gone.Cancel();
        }

        await AnswerAsync(server, await PollAsync(server, Queue, TaskQueueKind.Normal, TimeSpan.FromSeconds(8)));
        (await asked).QueryResult.ShouldBe(Here);
        await lost;
    }

    [Fact]
    public async Task Query_GivenJustBeforeATask_ComesAgainWithTheTask()
    {
        using var server = await IdleRunAsync();
        var poll = PollAsync(server, Sticky, TaskQueueKind.Sticky, TimeSpan.FromSeconds(8));
        var asked = QueryAsync(server, TimeSpan.FromSeconds(8));
        (await poll).Query.ShouldNotBeNull();
        await SignalAsync(server);

        // The worker says nothing about the query, only about the task behind it.
        var task = await PollAsync(server, Queue, TaskQueueKind.Normal, TimeSpan.FromSeconds(8));
        await server.CallAsync<RespondWorkflowTaskCompletedResponse>(
            "RespondWorkflowTaskCompleted", new RespondWorkflowTaskCompletedRequest
            {
                Namespace = "default",
                TaskToken = task.TaskToken,
                QueryResults =
                {
                    [task.Queries.ShouldHaveSingleItem().Key] = new WorkflowQueryResult
                    {
                        ResultType = QueryResultType.Answered,
                        Answer = Here,
                    },
                },
            });
        (await asked).QueryResult.ShouldBe(Here);
    }

    [Fact]
    public async Task Queries_ThatNobodyWaitsForAnyMore_TakeNoRoomAndReachNoWorker()
    {
        using var server = await IdleRunAsync();
        await SignalAsync(server);

        // A task waits, so queries wait to travel with it; there is room for ten.
        for (var number = 0; number < 12; number++)
        {
            (await Should.ThrowAsync<RpcError>(() => QueryAsync(server, TimeSpan.FromSeconds(0.55)))).Code
                .ShouldBe(StatusCode.DeadlineExceeded);
        }

        var task = await PollAsync(server, Queue, TaskQueueKind.Normal, TimeSpan.FromSeconds(8));
        task.Queries.ShouldBeEmpty();
        await server.CompleteAsync(task.TaskToken);
        (await Should.ThrowAsync<RpcError>(() => QueryAsync(server, TimeSpan.FromSeconds(0.55)))).Code
            .ShouldBe(StatusCode.DeadlineExceeded);
        (await PollAsync(server, Queue, TaskQueueKind.Normal, TimeSpan.FromSeconds(1.1))).TaskToken.ShouldBeEmpty();
    }

    // A run that waits for nothing in particular, cached by a worker with a queue of its own.
    private static async Task<InProcessServer> IdleRunAsync()
    {
        var server = await InProcessServer.StartAsync();
        await server.StartAsync("wf", Queue);
        var task = await server.PollAsync(Queue);
        await server.CallAsync<RespondWorkflowTaskCompletedResponse>(
            "RespondWorkflowTaskCompleted", new RespondWorkflowTaskCompletedRequest
            {
                Namespace = "default",
                TaskToken = task.TaskToken,
                StickyAttributes = new()
                {
                    WorkerTaskQueue = new TaskQueue
                    {
                        Name = Sticky,
                        Kind = TaskQueueKind.Sticky,
                        NormalName = Queue,
                    },
                    ScheduleToStartTimeout = TimeSpan.FromSeconds(1).Proto(),
                },
            });
        return server;
    }

    private static async Task<PollWorkflowTaskQueueResponse> PollAsync(
        InProcessServer server, string queue, TaskQueueKind kind, TimeSpan deadline,
        CancellationToken aborted = default) => (PollWorkflowTaskQueueResponse)await server.CallAsync(
            "PollWorkflowTaskQueue",
            new PollWorkflowTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new TaskQueue { Name = queue, Kind = kind, NormalName = Queue },
                Identity = "test",
            }.ToByteArray(), deadline, aborted);

    private static Task<SignalWorkflowExecutionResponse> SignalAsync(InProcessServer server) =>
        server.CallAsync<SignalWorkflowExecutionResponse>(
            "SignalWorkflowExecution", new SignalWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = new WorkflowExecution { WorkflowId = "wf" },
                SignalName = "wake",
            });

    private static Task<QueryWorkflowResponse> QueryAsync(InProcessServer server, TimeSpan deadline) =>
        server.CallAsync<QueryWorkflowResponse>(
            "QueryWorkflow",
            new QueryWorkflowRequest
            {
                Namespace = "default",
                Execution = new WorkflowExecution { WorkflowId = "wf" },
                Query = new WorkflowQuery { QueryType = "where" },
            }, deadline);

    private static Task<RespondQueryTaskCompletedResponse> AnswerAsync(
        InProcessServer server, PollWorkflowTaskQueueResponse task)
    {
        task.Query.ShouldNotBeNull("no query came").QueryType.ShouldBe("where");
        task.History.Events.Count.ShouldBeGreaterThan(0, "another worker needs the whole history");
        return server.CallAsync<RespondQueryTaskCompletedResponse>(
            "RespondQueryTaskCompleted", new RespondQueryTaskCompletedRequest
            {
                Namespace = "default",
                TaskToken = task.TaskToken,
                CompletedType = QueryResultType.Answered,
                QueryResult = Here,
            });
    }
}
