using System.Text.Json;
using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Formats;
using Pipeline.Data.Labels;
using Pipeline.Data.Tokenizers;
using Pipeline.Evaluation.Tests.Harness;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Training;
using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Objectives;
using TorchSharp;

namespace Pipeline.Evaluation.Tests.EndToEnd;

/// <summary>Trains an adapter of the shipped model on the rows of the fixture.</summary>
internal static class FreshTraining
{
    /// <summary>Runs a recipe on one thread.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="output">Folder for the run.</param>
    /// <returns>Folder of the adapter.</returns>
    public static string Run(FreshRecipe recipe, string output)
    {
        using var model =
            CausalLanguageModel.Load(DebianMmlu.Directory, new() { DType = torch.ScalarType.Float32, Threads = 1 });
        var config = new LoraConfig { Rank = 16, Alpha = 32, TargetModules = LoraConfig.AllProjections };
        var adapter = LoraAdapter.Create(model, config, seed: 1);
        var options = new TrainingOptions
        {
            Batch = new BatchSettings { MicroBatch = 16, Epochs = recipe.Epochs },
            LearningRate = recipe.LearningRate,
            WarmupRatio = recipe.Warmup,
            EvaluateEvery = 0,
            SaveEvery = 0,
        };
        using var objective = new SupervisedObjective(model, adapter, options);
        return new Trainer(ModelTraining.OfAdapter(model, adapter), objective, Rows(recipe), options)
            .Run(output).Output;
    }

    private static InMemoryTrainingData Rows(FreshRecipe recipe)
    {
        var pretrained = PretrainedTokenizer.Load(DebianMmlu.Directory);
        var labeller = new RowLabeller(pretrained, ChatTemplate.Parse(pretrained.ChatTemplates["default"]), new());
        return new([.. Read("train", recipe.Rows).Concat(Read("replay", recipe.Replay)).Select(row =>
        {
            var labelled =
                labeller.Label(RowConverter.Convert(row.Row, FormatDetector.Detect(row.Row).ShouldNotBeNull(), row.Id));
            return new TrainingRow(row.Id, new(labelled.Ids, labelled.Weights));
        })]);
    }

    private static IEnumerable<(string Id, JsonElement Row)> Read(string name, int count) =>
        FixtureJson.Lines($"reference-finetune/{name}.jsonl").Take(count).Select((row, i) => ($"{name}:{i + 1}", row));
}
