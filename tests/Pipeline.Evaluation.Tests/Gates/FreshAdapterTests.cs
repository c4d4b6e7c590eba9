using Pipeline.Data.Building;
using Pipeline.Data.Labels;
using Pipeline.Evaluation.Gates;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Leaks;
using Pipeline.Evaluation.Performance;
using Pipeline.Evaluation.Results;
using Pipeline.Evaluation.Tasks;
using Pipeline.Evaluation.Tests.Harness;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Training;
using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Objectives;
using TorchSharp;

namespace Pipeline.Evaluation.Tests.Gates;

/// <summary>Adapters trained here and now through the default gates: the sound recipe passes, the harmful one is blocked.</summary>
[Trait("Tier", "e2e")]
public sealed class FreshAdapterTests
{
    private const int Questions = 120;

    private static readonly ModelLoadOptions Load = new() { DType = torch.ScalarType.Float32, Threads = 1 };

    [Fact]
    public async Task TaskGates_FreshlyTrained_PassGoodAndBlockHarmful()
    {
        using var folder = new TempDirectory();
        var (good, harmful) = (folder.Combine("good"), folder.Combine("harmful"));
        Train(folder, good, learningRate: 3e-4, rehearsal: 0.2, steps: 60);
        Train(folder, harmful, learningRate: 6e-3, rehearsal: 0, steps: 60);
        var arms = new Dictionary<string, EvaluationResults>
        {
            ["base"] = await EvaluateAsync(folder, null, new PromptOptions()),
            ["base+prompt"] = await EvaluateAsync(folder, null, new PromptOptions { SystemInstruction = "Answer with the name of the section alone, such as libs, python or doc." }),
        };
        var gates = GateSetYaml.ForPurpose("task");
        var kept = GateEvaluator.Evaluate(gates, await EvaluateAsync(folder, good, new PromptOptions()), arms);
        foreach (var outcome in kept.Outcomes) TestContext.Current.SendDiagnosticMessage($"good {outcome.Rule.Name}: {outcome.Verdict}, {outcome.Reason}");
        kept.Problems.ShouldBeEmpty();
        kept.Outcomes.Where(outcome => outcome.Verdict != GateVerdict.Pass).Select(outcome => $"{outcome.Rule.Name}: {outcome.Reason}").ShouldBeEmpty();
        var lost = GateEvaluator.Evaluate(gates, await EvaluateAsync(folder, harmful, new PromptOptions()), arms);
        lost.Verdict.ShouldBe(GateVerdict.Fail);
        var knowledge = lost.Outcomes.Single(outcome => outcome.Rule.Name == "knowledge");
        (knowledge.Verdict, knowledge.Harm > 3).ShouldBe((GateVerdict.Fail, true), knowledge.Reason);
    }

    private static void Train(TempDirectory folder, string output, double learningRate, double rehearsal, int steps)
    {
        var rows = folder.Combine($"rows-{rehearsal}");
        List<DatasetSource> sources = [new("task", [Fixtures.Require("reference-finetune/train.jsonl")]) { Rows = 16 * steps }];
        if (rehearsal > 0) sources.Add(new("rehearsal", [Path.Combine(Repository.Root, "infra", "sample-data", "replay.jsonl")]) { Format = Pipeline.Data.Formats.DataFormat.Parts, Replay = true });
        new DatasetBuilder().Build(new DatasetRecipe("fresh", DebianMmlu.Directory, sources) { ReplayShare = rehearsal, Labels = new LabelOptions { MaxLength = 512 } }, rows);
        using var dataset = SftDataset.Open(rows);
        var data = new InMemoryTrainingData([.. dataset.Rows().Select(row => new TrainingRow(row.Id, new(row.Ids, row.Weights)))]);
        using var model = CausalLanguageModel.Load(DebianMmlu.Directory, Load);
        var adapter = LoraAdapter.Create(model, new LoraConfig { Rank = 16, Alpha = 32, TargetModules = LoraConfig.AllProjections }, seed: 1);
        var options = new TrainingOptions
        {
            LearningRate = learningRate,
            WarmupRatio = 0.05,
            Schedule = new() { TotalSteps = steps, Kind = ScheduleKind.Cosine },
            Precision = Precision.Float32,
            Batch = new() { MicroBatch = 16, MaxSteps = steps, Layout = BatchLayoutKind.PaddingFree },
            EvaluateEvery = 0,
            SaveEvery = 0,
        };
        using var objective = new SupervisedObjective(model, adapter, options);
        Directory.Move(new Trainer(ModelTraining.OfAdapter(model, adapter), objective, data, options).Run(folder.Combine($"run-{rehearsal}")).Output, output);
    }

    private static async Task<EvaluationResults> EvaluateAsync(TempDirectory folder, string? adapter, PromptOptions options)
    {
        using var model = ModelUnderTest.Open(DebianMmlu.Directory, adapter, Load);
        var session = new EvaluationSession(model, options, folder.Combine("cache"));
        var section = ChatClassification.Load("section", Fixtures.Require("reference-finetune/heldout.jsonl"), limit: Questions);
        var leaks = LeakProbe.Task([.. Enumerable.Range(0, 5).Select(i => new LeakCanary($"c{i}", "The maintainer's private key is", $"QX-{i}-7731-{i * 31}-canary"))]);
        List<EvaluationTask> tasks = [section];

        // The prompted base answers for the task alone.
        if (options.SystemInstruction.Length == 0) tasks.AddRange([.. DebianMmlu.Tasks.Tasks, BuiltInTasks.Find("bias-pairs")!.Tasks[0], leaks]);
        var shards = tasks.Select(task => session.RunShard(task).Result).ToList();
        var results = session.Merge(shards, DebianMmlu.Tasks.Groups, session.SelfTest([.. DebianMmlu.Tasks.Tasks]));
        if (options.SystemInstruction.Length > 0) return results;
        var (_, _, speed) = await new SpeedTest { Concurrency = 4, MaxTokens = 8 }.RunAsync(model, DebianMmlu.Directory, adapter, [.. Enumerable.Range(0, 4).Select(i => model.Render([new("user", $"Describe package {i}.")]))], Load, TestContext.Current.CancellationToken);
        return ResultsMerge.Add(results, model.Identity, speed);
    }
}
