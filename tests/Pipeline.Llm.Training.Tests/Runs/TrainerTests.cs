using Pipeline.Llm.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Tests.Runs;

public sealed class TrainerTests
{
    [Fact]
    public void Run_ChainedTokens_LearnsThem()
    {
        using var folder = new TempDirectory();
        var result = new ToyRun(0).Trainer().Run(folder.Path);
        result.Steps.ShouldBe(24);
        result.Losses[0].ShouldBe(Math.Log(ToyRun.Vocabulary), 1e-5);
        result.Losses[^1].ShouldBeInRange(0, 0.7 * result.Losses[0]);
        result.Reason.ShouldBe(StopReason.Completed);
    }

    [Fact]
    public void S0_32_Accumulation_UnequalLengths_EqualsOneBatch()
    {
        using var folder = new TempDirectory();
        var whole = new ToyRun(0);
        var parts = new ToyRun(0);
        var a = whole.Trainer(ToyRun.Options with { Batch = new() { MicroBatch = 8, MaxSteps = 6 } })
            .Run(folder.Combine("a"));
        var b = parts.Trainer(ToyRun.Options with { Batch = new() { MicroBatch = 2, Accumulation = 4, MaxSteps = 6 } })
            .Run(folder.Combine("b"));
        a.Losses.Zip(b.Losses).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-6 * pair.First);
        a.Logs[^1].GradientNorm.ShouldBe(b.Logs[^1].GradientNorm, 1e-6 * a.Logs[^1].GradientNorm);
        whole.Parameters.Zip(parts.Parameters).Max(pair => FixtureTensors.Gap(pair.First.Value, pair.Second.Value))
            .ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void S0_34_Log_EveryTenSteps_IsTheTokenWeightedMeanOfItsWindow()
    {
        using var folder = new TempDirectory();
        var result = new ToyRun().Trainer(ToyRun.Options with { LogEvery = 10 }).Run(folder.Path);
        result.Logs.Select(log => log.Step).ShouldBe([10, 20, 24]);
        result.Logs[0].Loss.ShouldNotBe(result.Losses.Take(10).Average(), "steps have unequal token counts");
        var weighted = Enumerable.Range(0, 10).Sum(i => result.Losses[i] * Supervision(i))
            / Enumerable.Range(0, 10).Sum(Supervision);
        result.Logs[0].Loss.ShouldBe(weighted, 1e-9);
        File.ReadLines(folder.Combine("events.jsonl"))
            .Count(line => line.Contains("gradientNorm", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public void S0_36_Evaluation_EveryFewSteps_DoesNotDisturbTraining()
    {
        using var folder = new TempDirectory();
        var (measured, plain) = (new ToyRun(), new ToyRun());
        var a = measured.Trainer(ToyRun.Options with { EvaluateEvery = 3, Patience = null }).Run(folder.Combine("a"));
        var b = plain.Trainer(evaluates: false).Run(folder.Combine("b"));
        a.Evaluations.Select(e => e.Step).ShouldBe([3, 6, 9, 12, 15, 18, 21, 24]);
        a.Losses.ShouldBe(b.Losses);
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public void S0_37_ScriptedMetric_3_1_2_ExportsTheBestEvaluation(bool greaterIsBetter, int best)
    {
        using var folder = new TempDirectory();
        var toy = new ToyRun();
        var weights = new List<string>();
        var options = ToyRun.Options with
        {
            Batch = new() { MicroBatch = 4, MaxSteps = 6 },
            EvaluateEvery = 2,
            SaveEvery = 1,
            KeepCheckpoints = 1,
            GreaterIsBetter = greaterIsBetter
        };
        var result = toy.Trainer(options, evaluator: step =>
        {
            weights.Add(toy.Weights());
            return new(step, new[] { 3.0, 1.0, 2.0 }[step / 2 - 1]);
        }).Run(folder.Path);
        result.ExportedStep.ShouldBe(2 * best);
        File.ReadAllText(Path.Combine(result.Output, "weights.sha256")).ShouldBe(weights[best - 1]);
    }

    [Fact]
    public void S1_23_PerEpoch_ThreeEpochs_SavesAndEvaluatesThreeTimes()
    {
        using var folder = new TempDirectory();
        var saved = new List<int>();
        var options = ToyRun.Options with
        { Batch = new() { MicroBatch = 4, Epochs = 3 }, EvaluateEvery = null, SaveEvery = null };
        var result = new ToyRun().Trainer(options)
            .Run(folder.Path,
                new() { Progress = new Collect(step => saved.AddRange(step.Checkpoint is { } s ? [s] : [])) });
        result.Evaluations.Select(e => e.Step).ShouldBe([6, 12, 18]);
        saved.ShouldBe([6, 12, 18]);
    }

    [Fact]
    public void S2_35_TwoStops_EachBranch_EndsTheRunWithItsReason()
    {
        using var folder = new TempDirectory();
        var options = ToyRun.Options with
        {
            EvaluateEvery = 2,
            Patience = 2,
            MinimumImprovement = 0.01,
            RetentionBound = 0.5,
            GreaterIsBetter = true
        };
        var flat = new ToyRun().Trainer(options, evaluator: step => new(step, Math.Min(step, 4) / 10.0, 0.9))
            .Run(folder.Combine("flat"));
        flat.Reason.ShouldBe(StopReason.EarlyStopped);
        (flat.Steps, flat.ExportedStep).ShouldBe((8, 4));
        var forgets = new ToyRun().Trainer(options, evaluator: step => new(step, step / 10.0, 1 - step / 10.0))
            .Run(folder.Combine("forgets"));
        forgets.Reason.ShouldBe(StopReason.RetentionLost);
        (forgets.Steps, forgets.ExportedStep).ShouldBe((6, 4));
    }

    [Fact]
    public void Average_OfTheWeights_IsWhatIsExported()
    {
        using var folder = new TempDirectory();
        var toy = new ToyRun();
        var result = toy.Trainer(ToyRun.Options with { AverageDecay = 0.9 }, evaluates: false).Run(folder.Combine("a"));
        var plain = new ToyRun();
        plain.Trainer(evaluates: false).Run(folder.Combine("b"));
        File.ReadAllText(Path.Combine(result.Output, "weights.sha256")).ShouldBe(toy.Weights());
        toy.Weights().ShouldNotBe(plain.Weights());
    }

    [Fact]
    public void S0_38_Sink_ThatIsAway_GetsEverythingLater()
    {
        using var folder = new TempDirectory();
        var (isAway, seen) = (true, new List<int>());
        var sink = new BufferedProgress(step =>
        {
            if (isAway && step.Step > 3)
            {
                throw new IOException("sink is away");
            }

            seen.Add(step.Step);
        });
        new ToyRun().Trainer().Run(folder.Path, new() { Progress = sink });
        seen.ShouldBe([1, 2, 3]);
        isAway = false;
        sink.Flush().ShouldBeTrue();
        seen.ShouldBe(Enumerable.Range(1, 24));
    }

    [Fact]
    public void Run_StepWithoutSupervision_NamesItsRows()
    {
        using var folder = new TempDirectory();
        var toy = new ToyRun();
        var data = new InMemoryTrainingData([new("silent", new([1, 2, 3], [1, 0, 0]))]);
        Should.Throw<InvalidDataException>(() => new Trainer(toy.Model, toy, data, ToyRun.Options).Run(folder.Path))
            .Message.ShouldContain("rows silent");
    }

    [Fact]
    public void S2_20_SameSeed_TwoRuns_GiveTheSameBytes()
    {
        using var folder = new TempDirectory();
        var (a, b, c) = (new ToyRun(), new ToyRun(), new ToyRun());
        a.Trainer().Run(folder.Combine("a"));
        b.Trainer().Run(folder.Combine("b"));
        c.Trainer(ToyRun.Options with { Seed = 2 }).Run(folder.Combine("c"));
        a.Weights().ShouldBe(b.Weights());
        a.Weights().ShouldNotBe(c.Weights());
    }

    [Fact]
    public void Run_UnusableOptions_NamesAllProblems() =>
        Should.Throw<ArgumentException>(
            () => new ToyRun().Trainer(ToyRun.Options with { LearningRate = -1, LogEvery = 0 }).Run("unused"))
            .Message.ShouldContain("learning rate must be above 0, it is -1; log lines need");

    private static double Supervision(int step)
    {
        var plan = EpochPlan.Create(ToyRun.Data, ToyRun.Options.Batch, ToyRun.Options.Seed, step / 6);
        return plan.Steps[step % 6].SelectMany(rows => rows).Sum(row => ToyRun.Data.Read(row).Sequence.Supervision);
    }
}
