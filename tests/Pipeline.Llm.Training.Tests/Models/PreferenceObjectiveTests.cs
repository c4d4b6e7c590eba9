using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Preference;
using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Objectives;

namespace Pipeline.Llm.Training.Tests.Models;

public sealed class PreferenceObjectiveTests
{
    private static readonly TrainingOptions Options = new()
    {
        LearningRate = 0.01,
        Schedule = new() { TotalSteps = 1, Kind = ScheduleKind.Constant },
        Precision = Precision.Float32,
        LogEvery = 1,
        SaveEvery = 0,
        EvaluateEvery = 0,
        Batch = new() { MicroBatch = 4, MaxSteps = 12, Shuffle = false },
    };

    [Theory]
    [InlineData(PreferenceMethod.Pairs, PreferenceLossKind.Sigmoid, 0.6931471805599453)]
    [InlineData(PreferenceMethod.Pairs, PreferenceLossKind.Ipo, 25.0)]
    [InlineData(PreferenceMethod.Kto, PreferenceLossKind.Sigmoid, 0.5)]
    [InlineData(PreferenceMethod.Orpo, PreferenceLossKind.Sigmoid, null)]
    [InlineData(PreferenceMethod.SimPo, PreferenceLossKind.Sigmoid, null)]
    public void Run_FreshAdapter_StartsAtTheFormulasValueAndLearns(
        PreferenceMethod method, PreferenceLossKind loss, double? start)
    {
        var logs = Train(new() { Method = method, Loss = loss }, Options);
        if (start is { } expected)
        {
            logs[0].Loss.ShouldBe(expected, 1e-5 * expected);
        }

        logs[^1].Loss.ShouldBeInRange(0, 0.999 * logs[0].Loss);
        if (method != PreferenceMethod.Kto)
        {
            logs[^1].RewardAccuracy.ShouldBe(1);
            logs[^1].RewardMargin!.Value.ShouldBeGreaterThan(logs[0].RewardMargin!.Value);
        }
    }

    [Fact]
    public void Run_AccumulatedPairs_EqualOneBatch()
    {
        var whole = Train(new(), Options, dropout: 0);
        var parts =
            Train(new(), Options with { Batch = Options.Batch with { MicroBatch = 1, Accumulation = 4 } }, dropout: 0);
        parts.Zip(whole).ShouldAllBe(pair => Math.Abs(pair.First.Loss - pair.Second.Loss) < 1e-4);
    }

    [Fact]
    public void Run_RowWithoutRejectedAnswer_NamesIt()
    {
        var rows = new InMemoryTrainingData([new("lonely", new([1, 2, 3], [0, 0, 1]))]);
        Should.Throw<InvalidDataException>(() => Train(new(), Options, rows)).Message.ShouldContain(
            "row 'lonely' has no rejected answer");
    }

    private static IReadOnlyList<TrainingLog> Train(
        PreferenceSettings settings, TrainingOptions options, InMemoryTrainingData? rows = null, double dropout = 0.1)
    {
        using var folder = new TempDirectory();
        using var model = CausalLanguageModel.Load(Fixtures.Require("models/llama"), new() { Threads = 1 });
        var adapter = LoraAdapter.Create(
            model, new() { Rank = 4, Alpha = 8, Dropout = dropout, TargetModules = LoraConfig.AllProjections }, 3);
        using var objective = new PreferenceObjective(model, adapter, settings, options);
        return new Trainer(ModelTraining.OfAdapter(model, adapter), objective, rows ?? Examples(settings.Method),
            options).Run(folder.Path).Logs;
    }

    private static InMemoryTrainingData Examples(PreferenceMethod method) => new([.. Enumerable.Range(0, 4).Select(i =>
    {
        var isPair = method != PreferenceMethod.Kto;
        var prompt = Enumerable.Range(10 * i, 5 + i).ToArray();
        return new TrainingRow($"pair-{i}", Answer(prompt, 7, 3 + i))
        {
            Rejected = isPair ? Answer(prompt, 90, 2 + i) : null, IsDesirable = i % 2 == 0,
        };
    })]);

    private static TrainingSequence Answer(int[] prompt, int token, int length) =>
        new([.. prompt, .. Enumerable.Repeat(token, length)],
            [.. prompt.Select(_ => 0f), .. Enumerable.Repeat(1f, length)]);
}
