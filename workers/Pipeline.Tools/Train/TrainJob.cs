using System.Globalization;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Quantization;
using Pipeline.Llm.Training;
using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Memory;
using Pipeline.Llm.Training.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tools.Train;

/// <summary>Loads what a recipe names and trains it.</summary>
internal sealed class TrainJob(TrainRecipe recipe, string modelDirectory, Action<string> log)
{
    public TrainingResult Run(
        InMemoryTrainingData data, InMemoryTrainingData? evaluation, string output, RunControl control)
    {
        _ = recipe.Preference?.ToSettings();
        if (recipe.Preference is null && Enumerable.Range(0, data.Count).Select(data.Read)
            .FirstOrDefault(IsPreference) is { } row)
        {
            throw new RecipeException(
                $"row '{row.Id}' states a preference; say with preference.method how to learn from it");
        }

        var (method, options) = Decide(data);
        var device = cuda.is_available() ? CUDA : CPU;
        using var model = CausalLanguageModel.Load(modelDirectory, new()
        {
            DType = ModelTraining.TypeOf(options.Precision, device, log),
            Device = device,
            Threads = recipe.Threads,
            Quantization = method switch
            {
                TuningMethod.QLora => WeightQuantization.Nf4,
                TuningMethod.Lora8Bit => WeightQuantization.Int8,
                _ => WeightQuantization.None,
            },
            Log = log,
        });
        var adapter = method == TuningMethod.Full ? null : Adapter(model);
        var trainable = adapter is null ? ModelTraining.OfAllWeights(model) : ModelTraining.OfAdapter(model, adapter);
        var count = trainable.Parameters.Sum(p => p.Value.numel());
        log(adapter is null
            ? $"trainable params: {count:N0} (all weights)" : AdapterShapes.Describe(adapter.Config, model.Config));
        var objective = Objective(model, adapter, options);
        using var ended = (IDisposable)objective;
        var before = Environment.CpuUsage.TotalTime;
        var result = new Trainer(trainable, objective, data, options) { EvaluationData = evaluation }
            .Run(output, control);
        var seconds = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        log(string.Create(CultureInfo.InvariantCulture, $"{seconds:F1} CPU seconds"));
        return result;
    }

    private ITrainingObjective Objective(
        CausalLanguageModel model, LoraAdapter? adapter, TrainingOptions options) => (recipe.Preference, adapter) switch
        {
            (null, _) => new SupervisedObjective(model, adapter, options),
            (_, null) =>
                throw new RecipeException(
                    "preference needs an adapter: its reference is the model without it; use method lora, qlora or "
                        + "lora8_bit"),
            _ when recipe.Adapter.From is not null => throw new RecipeException(
                "preference needs a new adapter: its reference is the model without it; merge adapter.from into the "
                + "model "
                    + "first"),
            var (preference, fresh) => new PreferenceObjective(model, fresh, preference.ToSettings(), options),
        };

    private LoraAdapter Adapter(CausalLanguageModel model) => recipe.Adapter.From is { } from
        ? LoraAdapter.Load(model, from)
        : LoraAdapter.Create(model, recipe.Adapter.ToConfig(), recipe.Seed);

    private static bool IsPreference(Llm.Training.Data.TrainingRow row) => row.Rejected is not null || !row.IsDesirable;

    private (TuningMethod Method, TrainingOptions Options) Decide(InMemoryTrainingData data)
    {
        var options = recipe.ToOptions();
        TrainingOptionsValidator.Check(options);
        var config = Llm.Configuration.ModelConfigReader.Read(modelDirectory);
        var longest = Enumerable.Range(0, data.Count).Max(data.Tokens);
        var wished = recipe.ToMethod();
        var request = new MemoryRequest
        {
            Model = ModelFootprint.Of(config),
            Method = wished ?? TuningMethod.Lora,
            AdapterParameters = wished == TuningMethod.Full
                ? 0 : AdapterShapes.ParameterCount(recipe.Adapter.ToConfig(), config),
            MicroBatchTokens = options.Batch.MicroBatch * (options.Batch.PackTokens ?? longest),
            RecomputesActivations = options.RecomputesActivations,
            DropsInputs = wished != TuningMethod.Full && recipe.Adapter.ToConfig().Dropout > 0,
            FusesLoss = !cuda.is_available() && Llm.Kernels.TorchExtras.Current is Llm.Kernels.NativeExtras,
            Optimizer = options.Optimizer.Kind,
            IsHalfPrecision = options.Precision != Precision.Float32,
        };
        MethodSelector.CheckFull(request, recipe.FullWaiver);
        var available = recipe.MemoryGb * 1e9 ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (wished is not null)
        {
            log($"predicted memory: {MemoryEstimator.Estimate(request)}");
            return (wished.Value, options);
        }

        var decision = MethodSelector.Choose(request, available, isAutomatic: true);
        foreach (var reason in decision.Reasons)
        {
            log(reason);
        }

        return (decision.Request.Method, Shrunk(options, decision));
    }

    // A smaller micro-batch with more accumulation trains on the same rows in each step.
    private static TrainingOptions Shrunk(TrainingOptions options, MemoryDecision decision)
    {
        var micro = Math.Max(1, options.Batch.MicroBatch / decision.Accumulation);
        return options with
        {
            RecomputesActivations = decision.Request.RecomputesActivations,
            Batch = options.Batch with
            {
                MicroBatch = micro,
                Accumulation = options.Batch.Accumulation
                    * (options.Batch.MicroBatch / micro)
            },
        };
    }
}
