using System.Text.Json;
using Pipeline.Evaluation.Results;
using Pipeline.Evaluation.Scoring;

namespace Pipeline.Evaluation.Harness;

/// <summary>Evaluates one model: shard by shard, and joined to one result.</summary>
/// <param name="model">The model.</param>
/// <param name="options">How questions are put.</param>
/// <param name="cacheDirectory">Folder of finished shards; may be shared by any number of models.</param>
/// <param name="arm">Which arm of a comparison this is.</param>
public sealed class EvaluationSession(
    ModelUnderTest model, PromptOptions options, string cacheDirectory, string arm = "")
{
    private const int SelfTestQuestions = 12;

    private readonly EvaluationRunner _runner = new(
        model.Identity, new PromptBuilder(options, model.Render), options, () => (model.Scoring, model.Encoder),
        cacheDirectory);

    /// <summary>Runs one task.</summary>
    /// <param name="task">The task; one subject of a benchmark.</param>
    /// <param name="progress">Gets the number of answered questions.</param>
    /// <param name="cancellationToken">Stops after the batch in hand; answers so far are kept.</param>
    /// <returns>Results and answers.</returns>
    public ShardOutcome RunShard(
        EvaluationTask task, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        _runner.Run(task, progress, cancellationToken);

    /// <summary>Joins shards.</summary>
    /// <param name="shards">Results of all shards, in any order.</param>
    /// <param name="groups">Groups to aggregate.</param>
    /// <param name="batchInvariant">Outcome of <see cref="SelfTest"/>.</param>
    /// <returns>The evaluation.</returns>
    public EvaluationResults Merge(
        IEnumerable<TaskResult> shards, IReadOnlyList<TaskGroup> groups, bool? batchInvariant) =>
        Merge(model.Identity, arm, options, shards, groups, batchInvariant);

    /// <summary>Joins shards that were run elsewhere.</summary>
    /// <param name="identity">What was evaluated.</param>
    /// <param name="arm">Which arm of a comparison this is.</param>
    /// <param name="options">How questions were put.</param>
    /// <param name="shards">Results of all shards, in any order.</param>
    /// <param name="groups">Groups to aggregate.</param>
    /// <param name="batchInvariant">Outcome of the self-test.</param>
    /// <returns>The evaluation.</returns>
    public static EvaluationResults Merge(
        ModelIdentity identity, string arm, PromptOptions options, IEnumerable<TaskResult> shards,
        IReadOnlyList<TaskGroup> groups, bool? batchInvariant)
    {
        TaskResult[] tasks = [.. shards.OrderBy(task => task.Task, StringComparer.Ordinal)];
        return new EvaluationResults
        {
            Model = identity,
            Harness = EvaluationRunner.Harness,
            Arm = arm,
            Tasks = tasks,
            Groups = groups.ToDictionary(group => group.Name, group => group.Aggregate(tasks)),
            BatchInvariant = batchInvariant,
            Settings = new Dictionary<string, string>
            {
                ["num_fewshot"] = options.Shots?.ToString() ?? "task",
                ["fewshot_seed"] = options.ShotSeed?.ToString() ?? "none",
                ["limit"] = options.Limit?.ToString() ?? "none",
                ["apply_chat_template"] = options.ChatTemplate ? "true" : "false",
                ["fewshot_as_multiturn"] = options.ExamplesAsTurns ? "true" : "false",
                ["system_instruction"] = options.SystemInstruction,
                ["precision"] = identity.Precision,
            },
        };
    }

    /// <summary>Checks that answers do not depend on the batch; remembered for this model.</summary>
    /// <param name="tasks">Tasks to take questions from.</param>
    /// <returns>True or false; null when no task scores continuations.</returns>
    public bool? SelfTest(IReadOnlyList<EvaluationTask> tasks)
    {
        var path = Path.Combine(
            cacheDirectory,
            $"batch-{Files.Digest([EvaluationRunner.Harness, model.Identity.BaseModel, model.Identity.Adapter ?? "", model.Identity.Precision])}.json");
        if (File.Exists(path) && JsonSerializer.Deserialize<BatchInvariance>(File.ReadAllText(path)) is { } known)
            return Holds(known);
        var builder = new PromptBuilder(options, model.Render);
        EvaluationTask[] scored =
            [.. tasks.Where(task => task.Output is OutputType.MultipleChoice or OutputType.LogLikelihood)];
        var questions = scored.SelectMany(
            task => task.Questions.Take(SelfTestQuestions).Select(question => (task, question))).ToList();
        if (questions.Count == 0) return null;
        var step = Math.Max(1, questions.Count / SelfTestQuestions);
        ScoreRequest[] requests = [.. questions.Where((_, i) => i % step == 0).Take(SelfTestQuestions).Select(pair =>
        {
            var (context, continuations) = builder.Build(pair.task, pair.question);
            return model.Encoder.Encode(context, continuations);
        })];
        var check = BatchInvariance.Check(model.Scoring, requests);
        Files.Replace(path, JsonSerializer.Serialize(check));
        return Holds(check);
    }

    // Half precision rounds differently for other batch shapes; its likelihoods may move in the second digit.
    private bool Holds(BatchInvariance check) => check.Holds(model.Identity.Precision == "Float32" ? 1e-3 : 5e-2);
}
