using System.Text.Json;
using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Tests.Models;

public sealed class TrajectoryParityTests
{
    private static readonly TrainingOptions Main = new()
    {
        LearningRate = 0.01,
        Schedule = new() { TotalSteps = 20, WarmupSteps = 3 },
        Optimizer = new() { WeightDecay = 0.01 },
        LogEvery = 1,
        SaveEvery = 0,
        EvaluateEvery = 0,
        KeepCheckpoints = 30,
        Precision = Precision.Float32,
        Batch = new() { MicroBatch = 4, Shuffle = false, Epochs = 1, Layout = BatchLayoutKind.Padded },
    };

    public static TheoryData<string, bool> Runs => new()
    {
        { "main", false }, { "main", true }, { "accumulate_token_weighted", false },
        { "accumulate_token_weighted", true },
        { "weight_decay_0", false }, { "weight_decay_0.1", false }, { "label_smoothing_0.1", true },
        { "loraplus_ratio_4", false }, { "dora", true },
    };

    [Theory]
    [MemberData(nameof(Runs))]
    public void Run_TwentySteps_FollowsTheReference(string name, bool packed)
    {
        var options = Options(name);
        options = options with
        {
            Batch =
                options.Batch with { Layout = packed ? BatchLayoutKind.PaddingFree : BatchLayoutKind.Padded }
        };
        using var run = new FixtureRun(name == "dora" ? "adapter-dora" : "adapter", options);
        var logs = run.Train();
        Compare(run, logs, name, steps: 20);
        if (name == "main")
        {
            CompareStates(run);
        }

        var final = run.Gap("training/variants.safetensors", name == "main" ? null : name);
        final.ShouldBeLessThan(1e-4, name);
        Fixtures.Compared($"training/{name}", logs.Count);
    }

    [Fact]
    public void S2_19_Recomputation_WithDropout_GivesTheSameBits()
    {
        using var plain = new FixtureRun("adapter", Main, dropout: 0.1);
        using var again = new FixtureRun("adapter", Main with { RecomputesActivations = true }, dropout: 0.1);
        var (a, b) = (plain.Train(), again.Train());
        b.Select(log => (log.Loss, log.GradientNorm)).ShouldBe(a.Select(log => (log.Loss, log.GradientNorm)));
        plain.Adapter.Parameters.Zip(again.Adapter.Parameters)
            .ShouldAllBe(pair => FixtureTensors.Gap(pair.First.Value, pair.Second.Value) == 0);
    }

    [Fact]
    public void Run_AllWeights_FiveSteps_FollowsTheReference()
    {
        using var run = new FixtureRun(null, Main with { LearningRate = 0.002 }, steps: 5);
        var logs = run.Train();
        Compare(run, logs, "full_5_steps", steps: 5);
        using var document = FixtureRun.Trajectories();
        foreach (var norm in document.RootElement.GetProperty("runs").GetProperty("full_5_steps")
            .GetProperty("final_norms").EnumerateObject())
        {
            var parameter = run.Model.Parameters.Single(p => p.Name == norm.Name).Value;
            linalg.vector_norm(parameter).ToDouble()
                .ShouldBe(norm.Value.GetDouble(), 1e-5 * norm.Value.GetDouble(), norm.Name);
        }
    }

    [Fact]
    public void Run_Bfloat16BaseFloat32Adapter_StaysNearTheReference()
    {
        using var run = new FixtureRun(
            "adapter", Main with { Precision = Precision.Bfloat16 }, model: "models/llama-bf16",
            type: ScalarType.BFloat16);
        var logs = run.Train();
        using var document = FixtureRun.Trajectories();
        var steps = document.RootElement.GetProperty("runs").GetProperty("bf16_base_fp32_lora")
            .GetProperty("steps_float64").EnumerateArray().ToList();
        for (var i = 0; i < 20; i++)
        {
            logs[i].Loss.ShouldBe(steps[i].GetProperty("loss").GetDouble(), 0.05);
        }

        run.Adapter.Parameters.ShouldAllBe(p => p.Value.dtype == ScalarType.Float32);
        run.Gap("training/variants.safetensors", "bf16_base_fp32_lora").ShouldBeLessThan(0.05);
    }

    [Fact]
    public void Noise_OfTheFirstBatch_HasTheRangeOfTheReference()
    {
        using var document = FixtureRun.Trajectories();
        var expected = document.RootElement.GetProperty("runs").GetProperty("neftune_first_batch");
        using var run =
            new FixtureRun("adapter", Main with { NoiseAlpha = expected.GetProperty("alpha").GetDouble() }, steps: 1);
        using var plain = new FixtureRun("adapter", Main, steps: 1);
        var (noisy, clean) = (run.Train()[0], plain.Train()[0]);
        noisy.Loss.ShouldNotBe(clean.Loss);
        Math.Abs(noisy.Loss - clean.Loss)
            .ShouldBeInRange(0, 4 * Math.Abs(expected.GetProperty("loss").GetDouble() - clean.Loss) + 0.05);
    }

    private static TrainingOptions Options(string name) => name switch
    {
        "accumulate_token_weighted" => Main with { Batch = Main.Batch with { MicroBatch = 2, Accumulation = 2 } },
        "weight_decay_0" => Main with { Optimizer = new() },
        "weight_decay_0.1" => Main with { Optimizer = new() { WeightDecay = 0.1 } },
        "label_smoothing_0.1" => Main with { LabelSmoothing = 0.1 },
        "loraplus_ratio_4" => Main with { LoraPlusRatio = 4 },
        "main" => Main with { AverageDecay = 0.9 },
        _ => Main,
    };

    private static void Compare(FixtureRun run, IReadOnlyList<TrainingLog> logs, string name, int steps)
    {
        using var document = FixtureRun.Trajectories();
        var expected = document.RootElement.GetProperty("runs").GetProperty(name).GetProperty("steps").EnumerateArray()
            .ToList();
        logs.Count.ShouldBe(steps);
        for (var i = 0; i < steps; i++)
        {
            var tolerance = i == 0 ? 1e-6 : 1e-4;
            var (loss, norm) =
                (expected[i].GetProperty("loss").GetDouble(), expected[i].GetProperty("grad_norm").GetDouble());
            logs[i].Loss.ShouldBe(loss, tolerance * Math.Max(1, loss), $"{name} step {i + 1}");
            logs[i].GradientNorm.ShouldBe(norm, tolerance * Math.Max(1, norm), $"{name} step {i + 1}");
            logs[i].LearningRate.ShouldBe(expected[i].GetProperty("lr").GetDouble(), 1e-9);
            logs[i].SupervisedTokens.ShouldBe(expected.Take(i + 1).Sum(e => e.GetProperty("tokens").GetInt64()));
        }
    }

    private static void CompareStates(FixtureRun run)
    {
        using var scope = NewDisposeScope();
        using var file = SafeTensorsFile.Open(Fixtures.Require("training/main.safetensors"));
        foreach (var (step, tensors) in run.States)
        {
            var tolerance = step == 1 ? 1e-6 : 1e-4;
            foreach (var (name, value) in tensors)
            {
                FixtureTensors.Gap(value, FixtureTensors.Read(file, $"step{step}/{name}"))
                    .ShouldBeLessThan(tolerance, $"step {step} {name}");
            }
        }

        run.States.Keys.Order().ShouldBe([1, 2, 10, 20]);
    }
}
