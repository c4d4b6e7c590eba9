using System.Globalization;
using Pipeline.Llm.Kernels;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Quantization;
using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Memory;
using Pipeline.Llm.Training.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Tests.Memory;

/// <summary>Predictions beside what training takes. Alone in the process while it runs: memory is that of the process.</summary>
[Trait("Tier", "e2e")]
[Collection(nameof(MeasuredMemoryTests))]
[CollectionDefinition(nameof(MeasuredMemoryTests), DisableParallelization = true)]
public sealed class MeasuredMemoryTests
{
    private const int Rows = 8;
    private const int Length = 128;

    [Theory]
    [InlineData(TuningMethod.Lora, false)]
    [InlineData(TuningMethod.QLora, false)]
    [InlineData(TuningMethod.Lora, true)]
    public void S0_09_PredictedPeak_IsNearTheMeasuredOne(TuningMethod method, bool recomputes)
    {
        using var folder = new TempDirectory();
        Train(folder, RandomModel.Write(folder.Combine("small"), 128, 128, 1), method, recomputes);
        var model = RandomModel.Write(folder.Combine("model"), 512, 1536, 8);
        var before = ProcessMemory.Reset();
        var predicted = Train(folder, model, method, recomputes);
        var measured = ProcessMemory.Peak - before;
        // What does not depend on the configuration, the runtime and its libraries, was there after the small model.
        var tensors = predicted.Total - predicted.Overhead;
        TestContext.Current.TestOutputHelper?.WriteLine($"{method} measured {measured / 1e6:F0} MB, predicted {tensors / 1e6:F0} MB: {predicted}");
        (measured / tensors).ShouldBeInRange(0.85, 1.15);
    }

    private static MemoryEstimate Train(TempDirectory folder, string directory, TuningMethod method, bool recomputes)
    {
        using var scope = NewDisposeScope();
        using var model = CausalLanguageModel.Load(directory, new()
        {
            Threads = 1,
            DType = ScalarType.BFloat16,
            Quantization = method == TuningMethod.QLora ? WeightQuantization.Nf4Double : WeightQuantization.None,
        });
        var adapter = LoraAdapter.Create(model, LoraPresets.ByName["seed1-default"], 1);
        var options = new TrainingOptions
        {
            Batch = new() { MicroBatch = Rows, MaxSteps = 3, Layout = BatchLayoutKind.PaddingFree },
            SaveEvery = 0,
            EvaluateEvery = 0,
            RecomputesActivations = recomputes,
        };
        using var objective = new SupervisedObjective(model, adapter, options);
        var data = new InMemoryTrainingData([.. Enumerable.Range(0, Rows).Select(row => new TrainingRow(
            row.ToString(CultureInfo.InvariantCulture),
            new([.. Enumerable.Range(0, Length).Select(t => (row * 131 + t * 17) % RandomModel.Vocabulary)], [.. Enumerable.Repeat(1f, Length)])))]);
        new Trainer(ModelTraining.OfAdapter(model, adapter), objective, data, options).Run(folder.Combine("run"));
        return MemoryEstimator.Estimate(new()
        {
            Model = ModelFootprint.Of(model.Config),
            Method = method,
            AdapterParameters = adapter.Parameters.Sum(p => p.Value.numel()),
            MicroBatchTokens = Rows * Length,
            RecomputesActivations = recomputes,
            DropsInputs = true,
            FusesLoss = TorchExtras.Current is NativeExtras,
        });
    }
}
