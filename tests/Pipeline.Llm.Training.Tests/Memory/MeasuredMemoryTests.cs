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

/// <summary>
/// Predictions beside what training takes. Alone in the process while it runs: memory is that of the process.
/// </summary>
[Trait("Tier", "e2e")]
[Collection(nameof(MeasuredMemoryTests))]
[CollectionDefinition(nameof(MeasuredMemoryTests), DisableParallelization = true)]
public sealed class MeasuredMemoryTests
{
    private const int Length = 128;

    [Theory]
    [InlineData(TuningMethod.Lora)]
    [InlineData(TuningMethod.QLora)]
    public void S0_09_PredictedPeak_IsNearTheMeasuredOne(TuningMethod method)
    {
        var (measured, request) = Measure(method, recomputes: false, rows: 8);
        var predicted = MemoryEstimator.Estimate(request);
        (measured / (predicted.States + predicted.Activations)).ShouldBeInRange(0.85, 1.15);
    }

    [Fact]
    public void S2_19_Recomputation_HalvesTheActivations()
    {
        // Enough rows for activations to outweigh what does not grow with them.
        var (measured, request) = Measure(TuningMethod.Lora, recomputes: true, rows: 16);
        var kept = MemoryEstimator.Estimate(request with { RecomputesActivations = false });
        (measured - kept.States).ShouldBeInRange(0.1 * kept.Activations, 0.5 * kept.Activations);
    }

    // What does not depend on the configuration, the runtime and its libraries, is there after the small model.
    private static (double Measured, MemoryRequest Request) Measure(TuningMethod method, bool recomputes, int rows)
    {
        using var folder = new TempDirectory();
        Train(folder, RandomModel.Write(folder.Combine("small"), 128, 128, 1), method, recomputes, rows);
        var model = RandomModel.Write(folder.Combine("model"), 512, 1536, 8);
        var before = ProcessMemory.Reset();
        var request = Train(folder, model, method, recomputes, rows);
        var measured = ProcessMemory.Peak - before;
        var predicted = MemoryEstimator.Estimate(request);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{method}, recomputed {recomputes}: measured {measured / 1e6:F0} MB, predicted without overhead "
                + $"{(predicted.Total - predicted.Overhead) / 1e6:F0} MB");
        return (measured, request);
    }

    private static MemoryRequest Train(
        TempDirectory folder, string directory, TuningMethod method, bool recomputes, int rows)
    {
        using var scope = NewDisposeScope();
        using var model = CausalLanguageModel.Load(directory, new()
        {
            Threads = 1,
            DType = ScalarType.BFloat16,
            Quantization = method == TuningMethod.QLora ? WeightQuantization.Nf4Double : WeightQuantization.None,
        });
        // Loading has a peak of its own: pages of the file that the system has not taken back yet.
        ProcessMemory.Reset();
        var adapter = LoraAdapter.Create(model, LoraPresets.ByName["seed1-default"], 1);
        var options = new TrainingOptions
        {
            Batch = new() { MicroBatch = rows, MaxSteps = 2, Layout = BatchLayoutKind.PaddingFree },
            SaveEvery = 0,
            EvaluateEvery = 0,
            RecomputesActivations = recomputes,
        };
        using var objective = new SupervisedObjective(model, adapter, options);
        var data = new InMemoryTrainingData([.. Enumerable.Range(0, rows).Select(row => new TrainingRow(
            row.ToString(CultureInfo.InvariantCulture),
            new([.. Enumerable.Range(0, Length).Select(t => (row * 131 + t * 17) % RandomModel.Vocabulary)],
                [.. Enumerable.Repeat(1f, Length)])))]);
        new Trainer(ModelTraining.OfAdapter(model, adapter), objective, data, options).Run(folder.Combine("run"));
        return new()
        {
            Model = ModelFootprint.Of(model.Config),
            Method = method,
            AdapterParameters = adapter.Parameters.Sum(p => p.Value.numel()),
            MicroBatchTokens = rows * Length,
            RecomputesActivations = recomputes,
            DropsInputs = true,
            FusesLoss = TorchExtras.Current is NativeExtras,
        };
    }
}
