using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;

namespace Pipeline.EndToEnd.Tests;

/// <summary>
/// Whole runs of the recipe <c>tiny</c> with real processes: engines, stores and violence must not change the
/// artefacts.
/// </summary>
[Trait("Tier", "e2e")]
public sealed class EndToEndTests
{
    private static readonly Lazy<Task<(FineTuneResult Result, ServedLineage Lineage)>> Whole = new(OnEmbeddedAsync);

    private static Task<FineTuneResult> Undisturbed => ResultAsync();

    [Fact]
    public async Task EmbeddedAndFolder_RunsToAServedAdapter()
    {
        var result = await Undisturbed;
        result.Verdict.ShouldBe(Verdict.Promoted, result.Reason);
        result.Report.ShouldNotBeNull();
    }

    // From what serves back to what it rests on: every kind is there, made by this run, and is the artefact that the
    // run itself names.
    [Fact]
    public async Task S2_09_LineageOfTheChampion_ReachesEverythingThatTheRunWasMadeOf()
    {
        var (result, lineage) = await Whole.Value;
        lineage.Json.GetProperty("missing").EnumerateArray().ShouldBeEmpty();
        lineage.Json.GetProperty("unrecorded").EnumerateArray().ShouldBeEmpty();
        foreach (var kind in (string[])["raw-object", "rule", "dataset", "base", "code", "config", "seed", "checkpoint",
            "evidence", "approval", "package", "rollout", "version"])
        {
            lineage.Of(kind).ShouldNotBeEmpty(kind);
            lineage.Page.ShouldContain($". {kind}</td>");
        }

        string[] Artefacts(string kind) =>
            [.. lineage.Of(kind).Select(node => node.GetProperty("artifact").GetString()!)];
        Artefacts("dataset").ShouldContain(result.Dataset.ShouldNotBeNull().Sha256);
        Artefacts("checkpoint").ShouldContain(result.Adapter.ShouldNotBeNull().Sha256);
        Artefacts("evidence").ShouldContain(result.Gate.ShouldNotBeNull().Evidence.ShouldNotBeNull().Sha256);
        Artefacts("version").ShouldBe([result.Version.ShouldNotBeNull().Digest]);
        Artefacts("raw-object").ShouldAllBe(digest => digest.Length == 64);
        lineage.Of("approval").ShouldContain(node => node.GetProperty("label").GetString()!.Contains("ada"));
        Property("seed", "reference").ShouldBe($"{TinyRun.Input.Train.Seed}");
        Property("config", "options").ShouldContain($"\"learningRate\":{TinyRun.Input.Train.LearningRate}");
        Property("code", "reference").Length.ShouldBeGreaterThanOrEqualTo(7);
        Property("rollout", "reason").ShouldBe("promotion");

        string Property(string kind, string name) =>
            lineage.Of(kind)[0].GetProperty("properties").GetProperty(name).GetString()!;
    }

    [Fact]
    public async Task RealServerAndS3_GivesTheSameArtefacts()
    {
        Fixtures.RequireTool("TEMPORAL_CLI");
        using var folder = new TempDirectory();
        using var s3 = await S3Server.StartAsync(folder.Combine("s3"));
        await using var deployment = new LocalDeployment("real", folder.Path, s3.Settings);
        await deployment.StartAsync();
        Same(await TinyRun.RunAsync(deployment.EnginePort), await Undisturbed);
    }

    [Fact]
    public async Task P05_P09_ProcessesLostAtStages_GiveTheSameArtefacts()
    {
        using var folder = new TempDirectory();
        await using var deployment = LocalDeployment.OnFolder("embedded", folder.Path);
        await deployment.StartEngineAsync();
        deployment.Start("cpu", "sanitize.remembered=kill", "registry.register=kill");
        // Long enough for whoever follows to see the stage, after the engine was killed just before.
        deployment.Start("gpu", "train.update#2=delay:25000");
        deployment.Start("gateway");
        Same(await TinyRun.RunAsync(deployment.EnginePort, stage => stage switch
        {
            "dedup" => deployment.KillAsync("engine"),
            "train" => MoveToAnotherHostAsync(deployment, "evaluation.batch#2=kill"),
            "canary" => deployment.KillAsync("gateway"),
            _ => Task.CompletedTask,
        }), await Undisturbed);
        Tell(deployment, 6);
        deployment.LogOf("gpu-b").ShouldContain("continuing after step");
    }

    [Fact]
    public async Task P05_P06_EveryPoint_GivesTheSameArtefacts()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PIPELINE_CHAOS") == "full",
            "PIPELINE_CHAOS=full ends processes at every point; it takes ten minutes");
        using var folder = new TempDirectory();
        await using var deployment = LocalDeployment.OnFolder("embedded", folder.Path);
        await deployment.StartEngineAsync();
        deployment.Start("cpu", ChaosPoints.Cpu);
        deployment.Start("gpu", ChaosPoints.Gpu);
        deployment.Start("gateway");
        Same(await TinyRun.RunAsync(deployment.EnginePort, stage => ChaosPoints.AtStageAsync(deployment, stage)),
            await Undisturbed);
        Tell(deployment, ChaosPoints.Count);
    }

    // F23: the worker is asked to stop in the middle of a training; a worker with other folders goes on.
    private static async Task MoveToAnotherHostAsync(LocalDeployment deployment, params string[] faults)
    {
        await ChaosPoints.TrainingAsync(deployment);
        await deployment.TerminateAsync("gpu");
        deployment.Start("gpu-b", faults);
    }

    private static void Tell(LocalDeployment deployment, int expected)
    {
        var violence = deployment.Violence.ToList();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{violence.Count} processes lost or stopped, same artefacts:\n{string.Join('\n', violence)}");
        violence.Count.ShouldBe(expected, string.Join("; ", violence));
        violence.ShouldNotContain(line => line.EndsWith(": ", StringComparison.Ordinal), "a process ended by itself");
    }

    private static async Task<FineTuneResult> ResultAsync() => (await Whole.Value).Result;

    private static async Task<(FineTuneResult Result, ServedLineage Lineage)> OnEmbeddedAsync()
    {
        using var folder = new TempDirectory();
        await using var deployment = LocalDeployment.OnFolder("embedded", folder.Path);
        await deployment.StartAsync();
        var result = await TinyRun.RunAsync(deployment.EnginePort);
        return (result, await ServedLineage.ReadAsync(folder.Path, result));
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
