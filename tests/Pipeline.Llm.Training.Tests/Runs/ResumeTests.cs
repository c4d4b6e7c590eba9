using Pipeline.Llm.Training.Checkpointing;
using Pipeline.Llm.Training.Optimizers;

namespace Pipeline.Llm.Training.Tests.Runs;

public sealed class ResumeTests
{
    public static TheoryData<OptimizerKind> Optimizers => [.. Enum.GetValues<OptimizerKind>()];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void I1_Resume_AfterCancellingAtEveryStep_EqualsTheUninterruptedRunBitForBit(OptimizerKind kind)
    {
        using var folder = new TempDirectory();
        var options = ToyRun.Options with
        {
            Optimizer = new() { Kind = kind, Momentum = 0.9, WeightDecay = 0.01 },
            LearningRate = kind
                == OptimizerKind.Sgd ? 0.5 : 0.05,
            AverageDecay = 0.9
        };
        var whole = new ToyRun();
        var expected = whole.Trainer(options).Run(folder.Combine("whole"));
        var losses = new List<double>();
        var lines = 0;
        while (true)
        {
            var toy = new ToyRun();
            using var cancel = new CancellationTokenSource();
            var progress = new Collect(step =>
            {
                losses.Add(step.Loss);
                cancel.Cancel();
            });
            try
            {
                toy.Trainer(options)
                    .Run(folder.Combine("parts"),
                        new() { Resume = true, Progress = progress, Cancellation = cancel.Token });
                toy.Weights().ShouldBe(whole.Weights());
                break;
            }
            catch (OperationCanceledException)
            {
                lines++;
            }
        }

        lines.ShouldBe(23);
        losses.ShouldBe(expected.Losses);
        WithoutSpeed(folder.Combine("parts", "events.jsonl"))
            .ShouldBe(WithoutSpeed(folder.Combine("whole", "events.jsonl")));
    }

    [Fact]
    public void F23_Cancel_BetweenMicroBatches_SavesTheLastFinishedStepInFull()
    {
        using var folder = new TempDirectory();
        using var cancel = new CancellationTokenSource();
        var toy = new ToyRun();
        toy.Distort = (step, loss) =>
        {
            // The first micro-batch of step 7: the second one is not run.
            if (step == 7)
            {
                cancel.Cancel();
            }

            return loss;
        };
        Should.Throw<OperationCanceledException>(
            () => toy.Trainer().Run(folder.Path, new() { Cancellation = cancel.Token }));
        toy.Backwards.ShouldBe(13);
        var saved = CheckpointStore.Open(folder.Combine("checkpoints")).Latest(static _ => { });
        saved.ShouldNotBeNull();
        saved.Manifest.State.Step.ShouldBe(6);
        saved.Manifest.Files.Keys.Order().ShouldBe(["optimizer", "parameters"]);
    }

    [Fact]
    public void S0_35_SaveEvery_FourSteps_WritesEverythingAResumeNeeds()
    {
        using var folder = new TempDirectory();
        var saved = new List<int>();
        new ToyRun().Trainer(evaluates: false)
            .Run(folder.Path,
                new() { Progress = new Collect(step => saved.AddRange(step.Checkpoint is { } s ? [s] : [])) });
        saved.ShouldBe([4, 8, 12, 16, 20, 24]);
        var state = CheckpointStore.Open(folder.Combine("checkpoints")).Latest(static _ => { })!.Manifest.State;
        (state.Step, state.Cursor.Epoch, state.Cursor.StepInEpoch, state.Seed).ShouldBe((24, 3, 6, 1));
        state.OptimizerSteps.Values.ShouldAllBe(steps => steps == 24);
    }

    [Fact]
    public void S2_17_Resume_InTheMiddleOfMaxSteps_StopsAtExactlyThatMany()
    {
        using var folder = new TempDirectory();
        var options = ToyRun.Options with
        { Batch = ToyRun.Options.Batch with { MaxSteps = 100 }, SaveEvery = 10, EvaluateEvery = 0 };
        using var cancel = new CancellationTokenSource();
        Should.Throw<OperationCanceledException>(() => new ToyRun().Trainer(options).Run(folder.Path, new()
        {
            Cancellation = cancel.Token,
            Progress = new Collect(step => (step.Step == 63 ? cancel : new()).Cancel()),
        }));
        var result = new ToyRun().Trainer(options).Run(folder.Path, new() { Resume = true });
        (result.Steps, result.Losses.Count).ShouldBe((100, 37));
    }

    [Fact]
    public void Resume_OtherRecipe_IsRefusedWithWhatDiffers()
    {
        using var folder = new TempDirectory();
        new ToyRun().Trainer().Run(folder.Path);
        Should.Throw<CheckpointException>(() =>
            new ToyRun().Trainer(ToyRun.Options with { LearningRate = 0.01 }).Run(folder.Path, new() { Resume = true }))
            .Message.ShouldContain("another options");
    }

    [Fact]
    public void Resume_OtherObjective_IsRefused()
    {
        using var folder = new TempDirectory();
        new ToyRun { Identity = "dpo, beta 0.1" }.Trainer().Run(folder.Path);
        Should.Throw<CheckpointException>(
            () => new ToyRun { Identity = "dpo, beta 0.2" }.Trainer().Run(folder.Path, new() { Resume = true }))
            .Message.ShouldContain("another options");
    }

    [Fact]
    public void F21_DamagedNewestCheckpoint_ResumesFromTheOneBeforeWithAWarning()
    {
        using var folder = new TempDirectory();
        var whole = new ToyRun();
        whole.Trainer(evaluates: false).Run(folder.Path);
        var expected = whole.Weights();
        var newest = CheckpointStore.Open(folder.Combine("checkpoints")).Latest(static _ => { })!;
        File.WriteAllBytes(newest.Paths["optimizer"], []);
        var (again, lines) = (new ToyRun(), new List<string>());
        var result = again.Trainer(evaluates: false).Run(folder.Path, new() { Resume = true, Log = lines.Add });
        lines.ShouldContain("continuing after step 20");
        lines[0].ShouldContain("'optimizer' is missing or changed");
        result.Losses.Count.ShouldBe(4);
        again.Weights().ShouldBe(expected);
    }

    private static string[] WithoutSpeed(string path) => [.. File.ReadLines(path)
        .Select(line =>
            System.Text.RegularExpressions.Regex.Replace(
                line, "\"(tokensPerSecond|peakMemoryBytes)\":[^,]*,", "",
                System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)))];
}
