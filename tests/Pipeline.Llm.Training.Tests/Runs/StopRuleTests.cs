using Pipeline.Llm.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Tests.Runs;

public sealed class StopRuleTests
{
    private static readonly TrainingOptions Long = ToyRun.Options with
    {
        Batch = ToyRun.Options.Batch with { MaxSteps = 90 },
        SaveEvery = 10,
        EvaluateEvery = 0,
        LearningRate = 0.02,
    };

    [Theory]
    [InlineData(10.0)]
    [InlineData(double.NaN)]
    public void S2_21_LossExplodes_AtStep20_StopsWithStepAndRows(double factor)
    {
        using var folder = new TempDirectory();
        var toy = new ToyRun { Distort = (step, loss) => step >= 20 ? loss * factor : loss };
        var failure = Should.Throw<LossDivergedException>(() => toy.Trainer(Long).Run(folder.Path));
        failure.Step.ShouldBeInRange(20, 22);
        failure.RowIds.Count.ShouldBe(4);
        failure.Message.ShouldContain("learning rate ten times smaller");
    }

    [Fact]
    public void S2_21_LossExplodes_AtStep60_GoesBackToTheLastGoodCheckpoint()
    {
        using var folder = new TempDirectory();
        var toy = new ToyRun { Distort = static (step, loss) => step >= 60 ? loss * 10 : loss };
        var result = toy.Trainer(Long).Run(folder.Combine("a"));
        result.Reason.ShouldBe(StopReason.RolledBack);
        result.ExportedStep.ShouldBe(50);
        result.Alerts.ShouldContain(alert => alert.Contains("exploded at step 6"));
        var straight = new ToyRun();
        straight.Trainer(Long).Run(folder.Combine("b"), new()
        {
            Progress = new Collect(step =>
        {
            if (step.Step == 50)
            {
                straight.Weights().ShouldBe(toy.Weights());
            }
        })
        });
    }

    [Fact]
    public void F40_NonFiniteStep_Once_IsSkippedAndCounted()
    {
        using var folder = new TempDirectory();
        var toy = new ToyRun { Distort = static (step, loss) => step == 7 ? loss * double.PositiveInfinity : loss };
        var result = toy.Trainer(Long).Run(folder.Path);
        (result.Steps, result.SkippedSteps).ShouldBe((90, 1));
        result.Alerts.ShouldContain(alert => alert.StartsWith("step 7 left out", StringComparison.Ordinal)
            && alert.Contains("rows row-"));
        toy.Parameters.ShouldAllBe(p => p.Value.isfinite().all().ToBoolean());
    }

    [Fact]
    public void F40_NonFiniteSteps_ThreeInARowLate_StopWithStepAndRows()
    {
        using var folder = new TempDirectory();
        var toy = new ToyRun { Distort = static (step, loss) => step >= 70 ? loss * double.NaN : loss };
        var failure = Should.Throw<NonFiniteLossException>(() => toy.Trainer(Long).Run(folder.Path));
        failure.Step.ShouldBe(72);
        failure.Message.ShouldContain("look at rows row-");
        toy.Parameters.ShouldAllBe(p => p.Value.isfinite().all().ToBoolean());
    }

    [Fact]
    public void S2_25_ModuleWithoutGradient_IsNamedOnceAndNotAtTheStart()
    {
        using var folder = new TempDirectory();
        var toy = new ToyRun { UsesSecondModule = false };
        var alerts = new List<(int Step, string Text)>();
        toy.Trainer()
            .Run(folder.Path,
                new()
                {
                    Progress = new Collect(step => alerts.AddRange(step.Alerts.Select(text => (step.Step, text)))),
                });
        var silent = alerts.Where(alert => alert.Text.Contains("no gradient")).ToList();
        silent.ShouldHaveSingleItem();
        silent[0].ShouldBe((5, "m.1 has had no gradient for 5 steps: it learns nothing"));
    }

    [Fact]
    public void Weights_ThatDoNotMove_AreReported()
    {
        using var folder = new TempDirectory();
        var toy = new ToyRun { Distort = static (_, loss) => loss * 0 };
        toy.Trainer().Run(folder.Path).Alerts.ShouldContain(
            alert => alert.StartsWith("the weights did not move", StringComparison.Ordinal));
        new ToyRun().Trainer().Run(folder.Combine("b")).Alerts.ShouldBeEmpty();
    }

    [Fact]
    public void S2_23_Clipping_OncePerStepAfterAccumulation_LimitsTheNorm()
    {
        using var folder = new TempDirectory();
        var toy = new ToyRun { Distort = static (_, loss) => loss * 50 };
        var options = ToyRun.Options with
        {
            Optimizer = new() { Kind = OptimizerKind.Sgd },
            LearningRate = 1,
            Schedule = new() { TotalSteps = 1, Kind = ScheduleKind.Constant },
            WarmupRatio = null,
            Batch = ToyRun.Options.Batch with { MaxSteps = 1 },
            LogEvery = 1,
        };
        var before = toy.Parameters.Select(p => p.Value.detach().clone()).ToList();
        var result = toy.Trainer(options, evaluates: false).Run(folder.Path);
        result.Logs[0].GradientNorm.ShouldBeGreaterThan(1);
        var moved = Math.Sqrt(
            toy.Parameters.Zip(before).Sum(pair => (pair.First.Value - pair.Second).square().sum().ToDouble()));
        moved.ShouldBe(1, 1e-5, "with rate 1 the update is the clipped gradient");
    }

    [Fact]
    public void S0_24_Float16Overflow_HalvesTheScaleAndSkips()
    {
        using var folder = new TempDirectory();
        var toy = new ToyRun
        {
            Distort = static (step, loss) => step is >= 2 and <= 6 ? loss + (loss - loss.detach()) * 1e38 : loss,
        };
        var result = toy.Trainer(ToyRun.Options with { Precision = Precision.Float16 }).Run(folder.Path);
        (result.Steps, result.SkippedSteps).ShouldBe((24, 5));
        var plain = new ToyRun();
        plain.Trainer(ToyRun.Options with { Precision = Precision.Float16 }, evaluates: false)
            .Run(folder.Combine("b")).SkippedSteps.ShouldBe(0);
        var unscaled = new ToyRun();
        unscaled.Trainer(evaluates: false).Run(folder.Combine("c"));
        plain.Parameters.Zip(unscaled.Parameters).Max(pair => FixtureTensors.Gap(pair.First.Value, pair.Second.Value))
            .ShouldBeLessThan(1e-4);
    }
}
