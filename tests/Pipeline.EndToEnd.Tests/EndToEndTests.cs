using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Whole runs of the recipe <c>tiny</c> with real processes: engines, stores and violence must not change the artefacts.</summary>
[Trait("Tier", "e2e")]
public sealed class EndToEndTests
{
    private static readonly Lazy<Task<FineTuneResult>> Undisturbed = new(() => OnEmbeddedAsync(null));

    [Fact]
    public async Task EmbeddedAndFolder_RunsToAServedAdapter()
    {
        var result = await Undisturbed.Value;
        result.Verdict.ShouldBe(Verdict.Promoted, result.Reason);
        result.Report.ShouldNotBeNull();
    }

    [Fact]
    public async Task RealServerAndS3_GivesTheSameArtefacts()
    {
        Fixtures.RequireTool("TEMPORAL_CLI");
        using var folder = new TempDirectory();
        using var s3 = await S3Server.StartAsync(folder.Combine("s3"));
        await using var deployment = new LocalDeployment("real", folder.Path, s3.Settings);
        await deployment.StartAsync();
        Same(await TinyRun.RunAsync(deployment.EnginePort), await Undisturbed.Value);
    }

    [Fact]
    public async Task P05_ProcessesKilledAtStages_GiveTheSameArtefacts() => Same(
        await OnEmbeddedAsync(async (deployment, stage) =>
        {
            var victim = stage switch { "sanitize" => "engine", "train" => "gpu", "canary" => "gateway", _ => "" };
            if (victim.Length > 0)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"{victim} is killed in {stage}");
                await deployment.KillAndRestartAsync(victim);
            }
        }),
        await Undisturbed.Value);

    private static async Task<FineTuneResult> OnEmbeddedAsync(Func<LocalDeployment, string, Task>? atStage)
    {
        using var folder = new TempDirectory();
        await using var deployment = LocalDeployment.OnFolder("embedded", folder.Path);
        await deployment.StartAsync();
        return await TinyRun.RunAsync(deployment.EnginePort, stage => atStage?.Invoke(deployment, stage) ?? Task.CompletedTask);
    }

    private static void Same(FineTuneResult result, FineTuneResult undisturbed)
    {
        result.Verdict.ShouldBe(Verdict.Promoted, result.Reason);
        result.Dataset.ShouldBe(undisturbed.Dataset);
        result.Adapter.ShouldBe(undisturbed.Adapter);
        result.Version?.Digest.ShouldBe(undisturbed.Version?.Digest);
        result.Gate?.Evidence.ShouldBe(undisturbed.Gate?.Evidence);
    }
}
