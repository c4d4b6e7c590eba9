using Pipeline.Hosting.Configuration;
using Pipeline.Hosting.Engine;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Common;

namespace Pipeline.Workflows.Tests;

/// <summary>
/// Worker deployment versions as <c>engine.deployment</c> turns them on: runs stay with the code that they began with.
/// </summary>
[Collection(nameof(EngineFixture))]
[Trait("Tier", "workflow")]
public sealed class DeploymentVersionTests(EngineFixture engines)
{
    [Theory]
    [MemberData(nameof(EngineFixture.All), MemberType = typeof(EngineFixture))]
    public async Task RunningJob_StaysWithItsVersionWhileNewRunsGetTheNewOne(string engine)
    {
        var client = (await engines.StartAsync(engine)).Client;
        var (queue, deployment) = ($"tq-{Guid.NewGuid():N}", $"deployment-{Guid.NewGuid():N}");
        await using var old = await StartAsync(client, queue, deployment, "1.0");
        var running = await old.RunAsync(TestPipeline.Quick);
        await TestPipeline.AwaitedAsync(running, Approvals.ApprovalRequest.Promotion);

        await using var next = await StartAsync(client, queue, deployment, "2.0");
        var fresh = await next.RunAsync(TestPipeline.Quick);
        foreach (var handle in new[] { fresh, running })
        {
            await TestPipeline.ApproveAsync(handle);
            (await handle.GetResultAsync()).Verdict.ShouldBe(Contracts.Verdict.Promoted);
        }

        // Every activity, and every child with its activities, ran in the version of its run.
        old.Fakes.Activities.Order().ShouldBe(next.Fakes.Activities.Order());
        old.Fakes.Count("PrepareRun").ShouldBe(1);
        (await VersionOfAsync(running), await VersionOfAsync(fresh)).ShouldBe(("1.0", "2.0"));
    }

    [Fact]
    public void Settings_WithoutADeployment_PollWithoutVersions()
    {
        WorkerVersion.Of(new EngineSettings(), "code").ShouldBeNull();
        var named = new EngineSettings { Deployment = new() { Name = "pipeline" } };
        WorkerVersion.Of(named, "code").ShouldBe(new WorkerDeploymentVersion("pipeline", "code"));
        WorkerVersion.Of(named with { Deployment = named.Deployment with { Build = "7" } }, "code")
            .ShouldBe(new WorkerDeploymentVersion("pipeline", "7"));
    }

    private static async Task<TestPipeline> StartAsync(
        ITemporalClient client, string queue, string deployment, string build)
    {
        var version = WorkerVersion.Of(
            new EngineSettings { Deployment = new() { Name = deployment, Build = build } }, "code").ShouldNotBeNull();
        var pipeline = TestPipeline.Start(client, queue, version);
        (await WorkerVersion.MakeCurrentAsync(
            client, version, DateTimeOffset.UtcNow, TestContext.Current.CancellationToken)).ShouldBeTrue();
        return pipeline;
    }

    private static async Task<string?> VersionOfAsync(WorkflowHandle handle)
    {
        var request = new DescribeWorkflowExecutionRequest
        {
            Namespace = handle.Client.Options.Namespace,
            Execution = new() { WorkflowId = handle.Id },
        };
        var described = await handle.Client.WorkflowService.DescribeWorkflowExecutionAsync(request);
        return described.WorkflowExecutionInfo.VersioningInfo?.DeploymentVersion?.BuildId;
    }
}
