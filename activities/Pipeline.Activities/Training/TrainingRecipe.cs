using Pipeline.Llm.Models;
using Pipeline.Llm.Quantization;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Training;
using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Optimizers;
using Pipeline.Workflows.Inputs;

namespace Pipeline.Activities.Training;

/// <summary>Translates the options of an input into those of the library.</summary>
internal static class TrainingRecipe
{
    public static LoraConfig Adapter(TrainOptions train, string baseModel) => new()
    {
        Rank = train.Rank,
        Alpha = train.Alpha,
        Dropout = train.Dropout,
        TargetModules = train.Targets is ["all-linear"] ? LoraConfig.AllProjections : train.Targets,
        UseRsLora = train.Method == "rslora",
        UseDora = train.Method == "dora",
        BaseModel = baseModel,
    };

    public static ModelLoadOptions Model(TrainOptions train, ModelLoadOptions machine) => machine with
    {
        DType = TorchSharp.torch.float32,
        Quantization = train.Method == "qlora" ? WeightQuantization.Nf4Double : WeightQuantization.None,
    };

    public static TrainingOptions Options(TrainOptions train) => new()
    {
        Seed = train.Seed,
        Batch = new BatchSettings
        {
            MicroBatch = train.MicroBatchSize,
            Accumulation = train.BatchSize / train.MicroBatchSize,
            Epochs = train.Epochs,
            MaxSteps = train.MaxSteps == 0 ? null : train.MaxSteps,
        },
        LearningRate = train.LearningRate,
        Schedule = new LearningRateSchedule { Kind = Kind(train), TotalSteps = 1 },
        WarmupRatio = train.WarmupRatio,
        Optimizer = new OptimizerSettings { WeightDecay = train.WeightDecay },
        MaxGradientNorm = train.MaxGradNorm,
        Precision = Precision.Float32,
        SaveEvery = train.CheckpointEverySteps,
        EvaluateEvery = 0,
    };

    private static ScheduleKind Kind(TrainOptions train) => train.Schedule switch
    {
        "constant" => ScheduleKind.ConstantWithWarmup,
        "linear" => ScheduleKind.Linear,
        _ => ScheduleKind.Cosine,
    };
}
