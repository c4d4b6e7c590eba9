using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using OnConflictOptions = Temporalio.Api.Workflow.V1.OnConflictOptions;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>What a start request leaves on the run that it settles for, the same on both engines.</summary>
[Trait("Tier", "workflow")]
public sealed class ConflictOptionsTests
{
    private static readonly Link Origin = new()
    {
        WorkflowEvent = new()
        {
            Namespace = "default",
            WorkflowId = "origin",
            RunId = "run",
            EventRef = new() { EventId = 3, EventType = EventType.ActivityTaskScheduled },
        },
    };

    [Theory]
    [InlineData("embedded")]
    [InlineData("real")]
    public async Task Start_UseExisting_AttachesWhatIsAskedFor(string engine)
    {
        await using var server = await EngineProcess.StartAsync(Engines.Program(engine));
        var service = (await TemporalClient.ConnectAsync(new(server.Address))).WorkflowService;

        var both = new OnConflictOptions { AttachRequestId = true, AttachLinks = true };
        (await service.StartWorkflowExecutionAsync(Request("both", "first", both, Origin))).Started.ShouldBeTrue();
        for (var i = 0; i < 2; i++)
            (await service.StartWorkflowExecutionAsync(Request("both", "second", both, Origin))).Started
                .ShouldBeFalse();
        var history =
            (await service.GetWorkflowExecutionHistoryAsync(
                new() { Namespace = "default", Execution = new() { WorkflowId = "both" } })).History;
        history.Events[0].Links.ShouldBe([Origin]);
        var attached = history.Events.Where(e => e.EventType == EventType.WorkflowExecutionOptionsUpdated)
            .ShouldHaveSingleItem();
        attached.WorkflowExecutionOptionsUpdatedEventAttributes.ShouldBe(new() { AttachedRequestId = "second" });
        attached.Links.ShouldBe([Origin]);
        var described = await service.DescribeWorkflowExecutionAsync(
            new() { Namespace = "default", Execution = new() { WorkflowId = "both" } });
        described.WorkflowExtendedInfo.RequestIdInfos["second"].EventId.ShouldBe(attached.EventId);

        await service.StartWorkflowExecutionAsync(Request("nothing", "first", null));
        await service.StartWorkflowExecutionAsync(Request("nothing", "second", null, Origin));
        (await service.GetWorkflowExecutionHistoryAsync(
            new() { Namespace = "default", Execution = new() { WorkflowId = "nothing" } })).History.Events.Count
            .ShouldBe(2);

        (await RefusalAsync(service, new() { AttachCompletionCallbacks = true }))
            .ShouldBe("attaching request ID is required for attaching completion callbacks");
        (await RefusalAsync(service, new() { AttachCompletionCallbacks = true, AttachRequestId = true }))
            .ShouldBe("invalid url: url does not match any configured callback address: http://localhost:1/done");
    }

    private static async Task<string> RefusalAsync(WorkflowService service, OnConflictOptions options)
    {
        var request = Request("refused", "first", options);
        request.CompletionCallbacks.Add(new Callback { Nexus = new() { Url = "http://localhost:1/done" } });
        var error = await Should.ThrowAsync<RpcException>(() => service.StartWorkflowExecutionAsync(request));
        error.Code.ShouldBe(RpcException.StatusCode.InvalidArgument);
        return error.Message;
    }

    private static StartWorkflowExecutionRequest Request(
        string id, string requestId, OnConflictOptions? options, params Link[] links) => new()
        {
            Namespace = "default",
            WorkflowId = id,
            WorkflowType = new() { Name = "none" },
            TaskQueue = new() { Name = "nobody" },
            RequestId = requestId,
            WorkflowIdConflictPolicy = WorkflowIdConflictPolicy.UseExisting,
            OnConflictOptions = options,
            Links = { links },
        };
}
