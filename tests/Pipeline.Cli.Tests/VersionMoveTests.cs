using System.Diagnostics;
using System.Globalization;
using Pipeline.Cli.Tests.Support;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;

namespace Pipeline.Cli.Tests;

/// <summary>
/// The README's "change code under running runs": a second deployment with the next version of the workers beside the
/// first one, and back.
/// </summary>
[Trait("Tier", "e2e")]
public sealed class VersionMoveTests
{
    private const string Input =
        """{"recipe":"moved","baseModel":"bookworm-6m","data":{"source":"debian-sample"},"dataset":{"maxTrainRows":48,"testRows":16},"review":{"rows":10,"waivedBecause":""}}""";

    [Fact]
    public async Task NextVersion_BesideTheFirst_GetsNewRunsAndGivesThemBack()
    {
        await using var first = new OneVersion("one");
        await first.UpAsync();
        var client = await RunSteps.ConnectAsync(first);
        var running = await StartAsync(first);
        await ReviewedAsync(first, running);

        await using var second = new OneVersion("two");
        second["TEMPORAL_ADDRESS"] = $"127.0.0.1:{first.EnginePort}";
        second["PIPELINE_STORE__PATH"] = first.Folder("store");
        await second.UpAsync();
        var fresh = await StartAsync(second);
        await ReviewedAsync(second, fresh);

        // Back: new runs go to the first version again; the others stay where they are.
        await client.WorkflowService.SetWorkerDeploymentCurrentVersionAsync(new()
        {
            Namespace = "default",
            DeploymentName = OneVersion.Name,
            BuildId = "one",
            Identity = "an operator",
        });
        var back = await StartAsync(second);
        await ReviewedAsync(second, back);

        // Workers of the second version that start again take nothing back.
        await second.RestartWorkerAsync();
        var later = await StartAsync(second);
        await ReviewedAsync(second, later);
        foreach (var (run, version) in new[] { (running, "one"), (fresh, "two"), (back, "one"), (later, "one") })
        {
            (await first.JsonAsync("abort", run, "--as", "ada", "--reason", "seen enough")).GetProperty("id")
                .GetString().ShouldBe(run);
            (await VersionOfAsync(client, run)).ShouldBe(version, run);
        }
    }

    private static async Task<string> StartAsync(CliDeployment deployment) =>
        (await deployment.JsonAsync("start", Input)).GetProperty("id").GetString() ?? "";

    private static async Task ReviewedAsync(CliDeployment deployment, string run)
    {
        while (true)
        {
            var stages = (await deployment.JsonAsync("status", run)).GetProperty("stages").EnumerateArray().ToList();
            stages.ShouldNotContain(stage => stage.GetProperty("state").GetString() == "parked", $"{run} is parked");
            if (stages.Any(stage => stage.GetProperty("name").GetString() == "review"
                && stage.GetProperty("state").GetString() == "waiting"))
            {
                return;
            }

            await Task.Delay(1000, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<string?> VersionOfAsync(ITemporalClient client, string run)
    {
        var described = await client.WorkflowService.DescribeWorkflowExecutionAsync(new DescribeWorkflowExecutionRequest
        {
            Namespace = "default",
            Execution = new() { WorkflowId = run },
        });
        return described.WorkflowExecutionInfo.VersioningInfo?.DeploymentVersion?.BuildId;
    }

    private sealed class OneVersion : CliDeployment
    {
        public const string Name = "pipeline";

        public OneVersion(string build)
        {
            this["PIPELINE_ENGINE__DEPLOYMENT__NAME"] = Name;
            this["PIPELINE_ENGINE__DEPLOYMENT__BUILD"] = build;
        }

        // Ends the worker as a crash would; the supervisor starts another.
        public async Task RestartWorkerAsync()
        {
            var pid = (await File.ReadAllTextAsync(Folder("state", "run", "worker-cpu.pid"))).Split(' ')[0];
            using (var worker = Process.GetProcessById(int.Parse(pid, CultureInfo.InvariantCulture)))
            {
                worker.Kill();
            }

            var (log, clock) = (Folder("state", "logs", "worker-cpu.log"), Stopwatch.StartNew());
            while (!(await File.ReadAllTextAsync(log)).Contains(
                "serves the runs that it has; new ones go where they went before", StringComparison.Ordinal))
            {
                clock.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(2), "the new worker does not leave new runs alone");
                await Task.Delay(200, TestContext.Current.CancellationToken);
            }
        }
    }
}
