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
        LearningRate = 0.01, Schedule = new() { TotalSteps = 1, Kind = ScheduleKind.Constant }, Precision = Precision.Float32, SaveEvery = 0, EvaluateEvery = 0,
        Batch = new() { MicroBatch = 4, MaxSteps = 5 }, LogEvery = 1,
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
    public void Float16_OnACpu_IsRefusedByName() => Should.Throw<ArgumentException>(() => ModelTraining.TypeOf(Precision.Float16, CPU, static _ => { }))
        .Message.ShouldContain("use bfloat16");

    private static InMemoryTrainingData Rows(CausalLanguageModel model) => Data.Rows.Chain(12, model.Config.VocabularySize, 9, 6, 16);
}
