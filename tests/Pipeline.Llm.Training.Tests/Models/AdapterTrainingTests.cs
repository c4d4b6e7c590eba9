using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Tests.Models;

public sealed class AdapterTrainingTests
{
    private static readonly TrainingOptions Options = new()
    {
        LearningRate = 0.01,
        Schedule = new() { TotalSteps = 1, Kind = ScheduleKind.Constant },
        Precision = Precision.Float32,
        SaveEvery = 0,
        EvaluateEvery = 0,
        Batch = new() { MicroBatch = 4, MaxSteps = 5 },
        LogEvery = 1,
    };

    [Fact]
    public void S0_18_S2_12_FiveSteps_ChangeEveryAdapterTensorAndNoBaseTensor()
    {
        using var folder = new TempDirectory();
        using var scope = NewDisposeScope();
        using var model = CausalLanguageModel.Load(Fixtures.Require("models/llama"), new() { Threads = 1 });
        var adapter = LoraAdapter.Create(model, LoraPresets.ByName["seed1-default"], 3);
        var frozen = model.Parameters.Select(p => (p.Value, Before: p.Value.detach().clone())).ToList();
        var trained = adapter.Parameters.Select(p => (p.Value, Before: p.Value.detach().clone())).ToList();
        var trainable = ModelTraining.OfAdapter(model, adapter);
        using var objective = new SupervisedObjective(model, adapter, Options);
        var result = new Trainer(trainable, objective, Rows(model), Options).Run(folder.Path);
        frozen.ShouldAllBe(pair => FixtureTensors.Gap(pair.Value, pair.Before) == 0);
        trained.ShouldAllBe(pair => FixtureTensors.Gap(pair.Value, pair.Before) > 0);
        frozen.Count(pair => pair.Value.grad is not null).ShouldBe(0);
        result.Alerts.ShouldNotContain(alert => alert.Contains("did not move"));
        result.Logs[^1].WeightRatios.Count.ShouldBe(7 * model.Config.LayerCount);
        File.Exists(Path.Combine(result.Output, "adapter_config.json")).ShouldBeTrue();
    }

    [Fact]
    public void S1_21_I7_PackedRows_HaveTheLossesOfSingleRows()
    {
        using var scope = NewDisposeScope();
        using var model = CausalLanguageModel.Load(Fixtures.Require("models/llama"), new() { Threads = 1 });
        using var objective = new SupervisedObjective(model, null, Options);
        using var noGrad = no_grad();
        var rows = Rows(model);
        var all = Enumerable.Range(0, rows.Count).Select(rows.Read).ToList();
        var single = all.Sum(row => objective.Evaluate(MicroBatch.Create([row], BatchLayoutKind.PaddingFree)).Loss);
        foreach (var layout in Enum.GetValues<BatchLayoutKind>())
        {
            objective.Evaluate(MicroBatch.Create(all, layout)).Loss.ShouldBe(single, 1e-5 * single, $"{layout}");
        }
    }

    [Fact]
    public void F43_CheckpointOfAnotherType_ContinuesNearby()
    {
        using var folder = new TempDirectory();
        var options =
            Options with { Batch = Options.Batch with { MaxSteps = 12 }, SaveEvery = 6, LearningRate = 0.003 };
        var whole = Train(options, folder.Combine("whole"), ScalarType.Float32, stopAt: null);
        Train(options, folder.Combine("moved"), ScalarType.Float32, stopAt: 6).Count.ShouldBe(6);
        var moved = Train(options with { Precision = Precision.Bfloat16 }, folder.Combine("moved"), ScalarType.BFloat16,
            stopAt: null);
        moved.Count.ShouldBe(6);
        moved.Zip(whole.Skip(6)).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 0.02 * pair.Second);
    }

    [Fact]
    public void S1_21_PackedRun_SeesEveryTokenOnce()
    {
        using var folder = new TempDirectory();
        var losses = Train(Options with { Batch = new() { MicroBatch = 1, PackTokens = 48 } }, folder.Path,
            ScalarType.Float32, stopAt: null, out var result);
        var expected = Data.Rows.Chain(12, 320, 9, 6, 16);
        losses.Count.ShouldBeLessThan(12);
        result.ShouldNotBeNull().Tokens.ShouldBe(Enumerable.Range(0, 12).Sum(expected.Tokens));
        result.SupervisedTokens.ShouldBe((long)Enumerable.Range(0, 12).Sum(i => expected.Read(i).Sequence.Supervision));
    }

    [Fact]
    public void Float16_OnACpu_IsRefusedByName() =>
        Should.Throw<ArgumentException>(() => ModelTraining.TypeOf(Precision.Float16, CPU, static _ => { }))
        .Message.ShouldContain("use bfloat16");

    private static List<double> Train(TrainingOptions options, string output, ScalarType type, int? stopAt) =>
        Train(options, output, type, stopAt, out _);

    private static List<double> Train(
        TrainingOptions options, string output, ScalarType type, int? stopAt, out TrainingResult? result)
    {
        using var model =
            CausalLanguageModel.Load(Fixtures.Require("models/llama"), new() { Threads = 1, DType = type });
        var adapter = LoraAdapter.Create(model, LoraPresets.ByName["seed1-default"], 3);
        using var objective = new SupervisedObjective(model, adapter, options);
        using var stop = new CancellationTokenSource();
        var losses = new List<double>();
        result = null;
        try
        {
            result = new Trainer(ModelTraining.OfAdapter(model, adapter), objective, Rows(model), options)
                .Run(output, new()
                {
                    Resume = true,
                    Cancellation = stop.Token,
                    Progress = new Runs.Collect(step =>
                    {
                        losses.Add(step.Loss);
                        if (step.Step == stopAt)
                        {
                            stop.Cancel();
                        }
                    }),
                });
        }
        catch (OperationCanceledException) when (stopAt is not null)
        {
            // Asked for.
        }

        return losses;
    }

    private static InMemoryTrainingData Rows(CausalLanguageModel model) =>
        Data.Rows.Chain(12, model.Config.VocabularySize, 9, 6, 16);
}
