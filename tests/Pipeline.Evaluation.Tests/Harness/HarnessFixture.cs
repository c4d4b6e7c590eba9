using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Formats;
using Pipeline.Data.Tokenizers;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Results;
using Pipeline.Evaluation.Scoring;
using Pipeline.Evaluation.Tasks.Yaml;
using Pipeline.Llm.Models;
using TorchSharp;

namespace Pipeline.Evaluation.Tests.Harness;

/// <summary>The tiny model and tasks of the evaluation fixture.</summary>
public sealed class HarnessFixture : IDisposable
{
    private readonly Lazy<(CausalLanguageModel Model, PretrainedTokenizer Tokenizer)> _loaded = new(() =>
    {
        var directory = Fixtures.Require("evaluation/model");
        return (CausalLanguageModel.Load(directory, new() { DType = torch.ScalarType.Float32, Threads = 1 }),
            PretrainedTokenizer.Load(directory));
    });

    public CausalLanguageModel Model => _loaded.Value.Model;

    public PretrainedTokenizer Tokenizer => _loaded.Value.Tokenizer;

    public static TaskCollection Tasks(string name)
    {
        var functions = TaskFunctions.BuiltIn();
        functions.Documents["toy_utils.process_docs"] = functions.Documents["hellaswag.process_docs"];
        functions.Texts["toy_utils.detokenize"] = functions.Texts["wikitext.detokenize"];
        functions.Texts["toy_utils.page_results"] = functions.Texts["wikitext.page"];
        return YamlTasks.Load(Fixtures.Require("evaluation/tasks"), name,
            new() { DataDirectory = Fixtures.Require("evaluation/data"), Functions = functions });
    }

    public string Render(IReadOnlyList<ChatTurn> turns) => ChatTemplate.Parse(Tokenizer.ChatTemplates["default"])
        .Render(ChatRequest.Of([.. turns.Select(turn => new ChatMessage(turn.Role, turn.Content))]) with
        {
            AddGenerationPrompt = true,
            SpecialTokens = Tokenizer.SpecialTokens,
        }).Text;

    internal EvaluationRunner Runner(
        PromptOptions options, string folder, int? maxLength = null, bool bos = true,
        IScoringModel? model = null) => new(
        new ModelIdentity { BaseModel = "toy", Precision = "Float32", Name = "toy" },
        new PromptBuilder(options, Render),
        options,
        () => (model ?? new LanguageModelScorer(Model, new() { MaxLength = maxLength }),
            new PromptEncoder(Tokenizer, bos)),
        folder);

    public void Dispose()
    {
        if (_loaded.IsValueCreated) Model.Dispose();
    }
}
