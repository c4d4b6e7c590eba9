using Pipeline.Data.Tokenizers;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Scoring;
using Pipeline.Evaluation.Tasks;
using Pipeline.Llm.Models;
using TorchSharp;

namespace Benchmarks.Evaluation;

/// <summary>The shipped model on one thread and its benchmark.</summary>
internal sealed class Subject : IDisposable
{
    private readonly PromptBuilder _builder = new(new PromptOptions());

    public Subject()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Pipeline.sln")))
        {
            root = Path.GetDirectoryName(root)
                ?? throw new DirectoryNotFoundException("no Pipeline.sln above the program");
        }

        var directory = Path.Combine(root, "infra", "models", "bookworm-6m");
        Model = CausalLanguageModel.Load(directory, new() { DType = torch.ScalarType.Float32, Threads = 1 });
        Encoder = new PromptEncoder(PretrainedTokenizer.Load(directory));
        Tasks = MmluTasks.Load("debian-mmlu", Path.Combine(root, "infra", "benchmarks", "debian-mmlu")).Tasks;
    }

    public CausalLanguageModel Model { get; }

    public PromptEncoder Encoder { get; }

    public IReadOnlyList<EvaluationTask> Tasks { get; }

    public ScoreRequest[] Requests(EvaluationTask task, IEnumerable<TaskDocument>? questions = null) => [
        .. (questions ?? task.Questions).Select(question =>
    {
        var (context, continuations) = _builder.Build(task, question);
        return Encoder.Encode(context, continuations);
    })];

    /// <summary>The letter that scores best.</summary>
    public static int Best(ContinuationScore[] scores) =>
        Array.FindIndex(scores, score => score.LogLikelihood == scores.Max(other => other.LogLikelihood));

    public void Dispose() => Model.Dispose();
}
