using Pipeline.Data.Tokenizers;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Results;
using Pipeline.Evaluation.Scoring;
using Pipeline.Evaluation.Tasks;
using Pipeline.Llm.Models;
using TorchSharp;

namespace Pipeline.Evaluation.Tests.Harness;

/// <summary>The shipped base model and its benchmark.</summary>
public sealed class DebianMmlu : IDisposable
{
    private readonly Lazy<CausalLanguageModel> _model = new(() =>
        CausalLanguageModel.Load(Directory, new() { DType = torch.ScalarType.Float32, Threads = 1 }));

    public static string Directory => Path.Combine(Repository.Root, "infra", "models", "bookworm-6m");

    public static TaskCollection Tasks { get; } =
        MmluTasks.Load("debian-mmlu", Path.Combine(Repository.Root, "infra", "benchmarks", "debian-mmlu"));

    public PretrainedTokenizer Tokenizer { get; } = PretrainedTokenizer.Load(Directory);

    public CausalLanguageModel Model => _model.Value;

    internal PromptEncoder Encoder => new(Tokenizer);

    internal ScoreRequest[] Requests(int every, int? most = null)
    {
        var (builder, encoder) = (new PromptBuilder(new PromptOptions()), Encoder);
        return [.. Tasks.Tasks.SelectMany(task => task.Questions.Where((_, i) => i % every == 0).Select(question =>
        {
            var (context, continuations) = builder.Build(task, question);
            return encoder.Encode(context, continuations);
        })).Take(most ?? int.MaxValue)];
    }

    internal EvaluationRunner Runner(string folder, IScoringModel? model = null, PromptOptions? options = null)
    {
        options ??= new PromptOptions();
        return new EvaluationRunner(
            new ModelIdentity { BaseModel = "bookworm", Precision = "Float32", Name = "bookworm-6m" },
            new PromptBuilder(options),
            options,
            () => (model ?? new LanguageModelScorer(Model), Encoder),
            folder);
    }

    public void Dispose()
    {
        if (_model.IsValueCreated) _model.Value.Dispose();
    }
}
