using System.Text.Json;
using Pipeline.Evaluation.Results;
using Pipeline.Evaluation.Scoring;
using Pipeline.Faults;

namespace Pipeline.Evaluation.Harness;

/// <summary>
/// Runs tasks on one model. A task is one shard: it can be run alone, resumed by question and found again by its
/// digests.
/// </summary>
/// <param name="model">What is evaluated.</param>
/// <param name="prompts">Builds the texts.</param>
/// <param name="options">How questions are put.</param>
/// <param name="open">Loads model and encoder; called only when a question has to be asked.</param>
/// <param name="cacheDirectory">Folder of finished and unfinished shards.</param>
public sealed class EvaluationRunner(
    ModelIdentity model, PromptBuilder prompts, PromptOptions options,
    Func<(IScoringModel Model, PromptEncoder Encoder)> open, string cacheDirectory)
{
    /// <summary>Version of the code that asks and scores; results of different versions are never mixed.</summary>
    public const string Harness = "pipeline-evaluation/1";

    private readonly Lazy<(IScoringModel Model, PromptEncoder Encoder)> _model = new(open);

    /// <summary>Runs a task, or finds its results.</summary>
    /// <param name="task">The task.</param>
    /// <param name="progress">Gets the number of answered questions.</param>
    /// <param name="cancellationToken">Stops after the batch in hand; what is answered is kept.</param>
    /// <returns>Results and answers.</returns>
    public ShardOutcome Run(
        EvaluationTask task, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        TaskDocument[] questions = [.. task.Questions.Take(options.Limit ?? int.MaxValue)];
        (string Context, IReadOnlyList<string> Continuations)[] texts =
            [.. questions.Select(question => prompts.Build(task, question))];
        string[] digests =
            [.. texts.Select(
                (text, i) =>
                    Files.Digest(
                        [text.Context, .. text.Continuations, task.Output == OutputType.LogLikelihoodRolling
                            ? questions[i].Target : ""]))];
        var promptDigest = Files.Digest(digests);
        var key = Key(task, promptDigest);
        var finished = Path.Combine(cacheDirectory, $"{key}.jsonl");
        if (ShardFile.Load(finished, task, questions, digests) is { } known)
        {
            return new(TaskAggregation.Result(task, options, promptDigest, known), known, finished, FromCache: true);
        }

        var answers = Ask(task, questions, texts, digests, key, progress, cancellationToken);
        ShardFile.Save(finished, answers);
        FaultPoint.Hit("evaluation.shard.saved");
        File.Delete(Unfinished(key));
        return new(TaskAggregation.Result(task, options, promptDigest, answers), answers, finished, FromCache: false);
    }

    private string Key(EvaluationTask task, string promptDigest) => Files.Digest(
        [Harness, model.BaseModel, model.Adapter
            ?? "", model.Precision, task.Digest, promptDigest, JsonSerializer.Serialize(options)]);

    private string Unfinished(string key) => Path.Combine(cacheDirectory, $"{key}.part");

    private AnsweredQuestion[] Ask(
        EvaluationTask task, TaskDocument[] questions, (string Context, IReadOnlyList<string> Continuations)[] texts,
        string[] digests, string key,
        IProgress<int>? progress, CancellationToken cancellationToken)
    {
        using var log = AnswerLog.Open(Unfinished(key), key);
        var asker = new QuestionAsker(task, questions, texts, digests, log, progress);
        if (!asker.Complete)
        {
            var (scoring, encoder) = _model.Value;
            asker.Ask(scoring, encoder, cancellationToken);
        }

        return asker.Answers();
    }
}
