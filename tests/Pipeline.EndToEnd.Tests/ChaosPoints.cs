namespace Pipeline.EndToEnd.Tests;

/// <summary>Where the whole chaos run hurts processes: at the boundaries of stages and in their middle.</summary>
internal static class ChaosPoints
{
    private static readonly string[] Stages =
        ["holdout", "dataset", "train", "evaluate", "parity", "canary", "promote"];

    /// <summary>Points of the CPU worker, in the order of a run.</summary>
    public static string[] Cpu { get; } =
    [
        "ingest.begin=kill", "ingest.end=kill", "holdout.end=kill", "file.committed#2=kill", "sanitize.remembered=kill",
        "dedup.exact=kill", "dedup.end=kill",
        "decontaminate.begin=kill", "decontaminate.remembered=kill", "dataset.begin=kill", "dataset.end=kill",
        "baselines.end=kill", "registry.register=kill",
    ];

    /// <summary>Points of the GPU worker, in the order of a run.</summary>
    public static string[] Gpu { get; } =
    [
        "preflight.begin=kill", "preflight.remembered=kill", "train.begin=kill", "train.parameter#5=kill",
        "checkpoint.manifest#1=kill", "checkpoint.stored#1=kill",
        "train.update#1=kill", "train.end=kill", "train.remembered=kill", "evaluation.batch#1=kill",
        "evaluate.end#3=kill", "evaluate.remembered#2=kill", "speed.begin=kill",
        "parity.begin=kill", "parity.end=kill",
    ];

    /// <summary>All of them, and what happens at stages.</summary>
    public static int Count => Cpu.Length + Gpu.Length + Stages.Length;

    /// <summary>What happens when a stage begins.</summary>
    public static Task AtStageAsync(LocalDeployment deployment, string stage) => stage switch
    {
        "holdout" => deployment.KillAsync("engine"),
        "dataset" => deployment.FreezeAsync("engine", TimeSpan.FromSeconds(5)),

        // Longer than the silence after which a worker is taken for dead: its late writes must be refused.
        "train" => deployment.FreezeAsync("gpu", TimeSpan.FromSeconds(25)),
        "evaluate" => deployment.KillAsync("engine"),
        "parity" => deployment.FreezeAsync("cpu", TimeSpan.FromSeconds(20)),
        "canary" => deployment.KillAsync("gateway"),
        "promote" => deployment.FreezeAsync("gateway", TimeSpan.FromSeconds(3)),
        _ => Task.CompletedTask,
    };

    /// <summary>Waits until the training is held in the middle of a step.</summary>
    public static async Task TrainingAsync(LocalDeployment deployment)
    {
        while (!deployment.LogOf("gpu").Contains("fault: delay at train.update", StringComparison.Ordinal))
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
