using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.EmbeddedTemporal.Core;
using Pipeline.EmbeddedTemporal.Deployments;
using Temporalio.Api.Enums.V1;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>Where work goes among the versions of a worker deployment.</summary>
public sealed class DeploymentTests
{
    private static readonly DeploymentVersion One = new("trainer", "one");
    private static readonly DeploymentVersion Two = new("trainer", "two");

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(100, 2000, 2000)]
    [InlineData(30, 500, 700)]
    public async Task Route_Ramp_TakesItsShareOfTheWorkflows(float percent, int least, int most)
    {
        using var engine = Open(null);
        await PollAsync(engine, One, Two);
        await engine.ExecuteAsync(tx => Change(tx, d =>
        {
            DeploymentRouting.SetCurrent(tx, d, "one", "test");
            DeploymentRouting.SetRamping(tx, d, "two", percent, "test");
        }));
        var first = Routes(engine);
        first.Count(v => v == Two).ShouldBeInRange(least, most);
        first.ShouldAllBe(v => v == One || v == Two);
        Routes(engine).ShouldBe(first);
    }

    [Fact]
    public async Task Route_NothingIsCurrent_GoesToUnversionedWorkers()
    {
        using var engine = Open(null);
        await PollAsync(engine, One);
        Routes(engine).ShouldAllBe(v => v == null);
    }

    [Fact]
    public async Task Route_QueueThatTheCurrentVersionDoesNotPoll_GoesToUnversionedWorkers()
    {
        using var engine = Open(null);
        await PollAsync(engine, One);
        await engine.ExecuteAsync(tx => Change(tx, d => DeploymentRouting.SetCurrent(tx, d, "one", "test")));
        engine.Read(() => engine.Deployments.Route("default", "another", TaskQueueType.Workflow, "w")).ShouldBeNull();
    }

    [Fact]
    public async Task Open_AfterARestart_RoutesAsBefore()
    {
        using var folder = new TempDirectory();
        using (var engine = Open(folder.Combine("engine.db")))
        {
            await PollAsync(engine, One, Two);
            await engine.ExecuteAsync(tx => Change(tx, d => DeploymentRouting.SetCurrent(tx, d, "two", "test")));
        }

        using var again = Open(folder.Combine("engine.db"));
        Routes(again).ShouldAllBe(v => v == Two);
        again.Read(() => again.Deployments.Find("default", "trainer")!.Versions.Select(v => v.BuildId).ToList())
            .ShouldBe(["two", "one"]);
    }

    [Theory]
    [InlineData("trainer.1.0", "trainer", "1.0")]
    [InlineData("trainer:build", "trainer", "build")]
    public void Parse_OlderText_IsSplit(string text, string deployment, string build) =>
        DeploymentVersion.Parse(null, text).ShouldBe(new DeploymentVersion(deployment, build));

    private static Engine Open(string? file) =>
        new(new EngineOptions { DatabaseFile = file }, NullLogger<Engine>.Instance);

    private static Task<int> PollAsync(Engine engine, params DeploymentVersion[] versions) => engine.ExecuteAsync(tx =>
    {
        foreach (var version in versions)
            engine.Deployments.Saw(tx, "default", version, "queue", TaskQueueType.Workflow);
        return 0;
    });

    private static int Change(Tx tx, Action<DeploymentRecord> change)
    {
        change(tx.Engine.Deployments.Find("default", "trainer")!);
        return 0;
    }

    private static List<DeploymentVersion?> Routes(Engine engine) => engine.Read(() =>
        Enumerable.Range(0, 2000).Select(
            i => engine.Deployments.Route("default", "queue", TaskQueueType.Workflow, $"workflow-{i}")).ToList());
}
