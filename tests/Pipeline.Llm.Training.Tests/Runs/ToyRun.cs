using System.Security.Cryptography;
using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Losses;
using Pipeline.Llm.Training.Objectives;
using Pipeline.Llm.Training.Optimizers;
using Pipeline.Llm.Training.Tests.Data;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Tests.Runs;

/// <summary>A bigram model of two low-rank modules: everything a trainer touches, in microseconds a step.</summary>
internal sealed class ToyRun : ITrainingObjective
{
    public const int Vocabulary = 17;

    private static readonly string[] Names =
        ["m.0.lora_A.weight", "m.0.lora_B.weight", "m.1.lora_A.weight", "m.1.lora_B.weight"];

    public ToyRun(double dropout = 0.1)
    {
        Dropout = dropout;
        using var generator = new Generator(5);
        Parameters = [.. Names.Select((name, i) => new NamedParameter(name, new Parameter(i % 2 == 0
            ? randn([4, Vocabulary], generator: generator).DetachFromDisposeScope()
            : zeros([Vocabulary, 4]).DetachFromDisposeScope())))];
    }

    public double Dropout { get; }

    public IReadOnlyList<NamedParameter> Parameters { get; }

    /// <summary>Changes the loss of an optimizer step: (step, loss) to loss.</summary>
    public Func<int, Tensor, Tensor> Distort { get; set; } = static (_, loss) => loss;

    /// <summary>Whether the second module takes part.</summary>
    public bool UsesSecondModule { get; set; } = true;

    public string Identity { get; init; } = "";

    public int Backwards { get; private set; }

    public TrainableModel Model => new() { Parameters = Parameters, Export = Export };

    public static InMemoryTrainingData Data { get; } = Rows.Chain(24, Vocabulary, 3);

    public static InMemoryTrainingData Held { get; } = Rows.Chain(8, Vocabulary, 4);

    public static TrainingOptions Options { get; } = new()
    {
        Batch = new() { MicroBatch = 2, Accumulation = 2, Epochs = 4 },
        LearningRate = 0.05,
        LogEvery = 5,
        SaveEvery = 4,
        EvaluateEvery = 6,
        Precision = Precision.Float32,
        WarmupRatio = 0.1,
    };

    public Trainer Trainer(
        TrainingOptions? options = null, bool evaluates = true, Func<int, EvaluationPoint>? evaluator = null) =>
        new(Model, this, Data, options ?? Options) { EvaluationData = evaluates ? Held : null, Evaluator = evaluator };

    public string Weights() =>
        Convert.ToHexStringLower(
            SHA256.HashData(Parameters.SelectMany(p => p.Value.detach().bytes.ToArray()).ToArray()));

    public double Weight(TrainingRow row) => row.Sequence.Supervision;

    public ObjectiveSums Backward(MicroBatch batch, double denominator, double lossScale, ulong seed)
    {
        // Its own generator: tests run side by side in one process.
        using var generator = new Generator(seed);
        var loss = Distort(Backwards++ / 2 + 1, Loss(batch, generator));
        (loss * (lossScale / denominator)).backward();
        return new()
        {
            Loss = loss.ToDouble(),
            Weight = batch.Weights.Sum(w => (double)w),
            Scored = batch.Targets.Length,
        };
    }

    public ObjectiveSums Evaluate(MicroBatch batch) =>
        new()
        {
            Loss = Loss(batch, null).ToDouble(),
            Weight = batch.Weights.Sum(w => (double)w),
            Scored = batch.Targets.Length
        };

    private Tensor Loss(MicroBatch batch, Generator? dropout)
    {
        var before = tensor(batch.Ids).index_select(0, tensor(batch.Positions));
        var logits = Module(0, before, dropout);
        if (UsesSecondModule)
        {
            logits = logits + Module(1, before, dropout);
        }

        return (CrossEntropy.PerToken(logits, tensor(batch.Targets)) * tensor(batch.Weights)).sum();
    }

    private Tensor Module(int index, Tensor ids, Generator? dropout)
    {
        var (a, b) = (Parameters[2 * index].Value, Parameters[2 * index + 1].Value);
        var states = a.t().index_select(0, ids);
        if (dropout is not null)
        {
            states = states * empty_like(states).bernoulli_(1 - Dropout, dropout).div_(1 - Dropout);
        }

        return states.matmul(b.t());
    }

    private void Export(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "weights.sha256"), Weights());
    }
}
