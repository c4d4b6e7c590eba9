using Pipeline.Evaluation.Metrics;
using Pipeline.Evaluation.Results;
using Pipeline.Llm.Generation;

namespace Pipeline.Evaluation.Harness;

/// <summary>
/// Asks each question several times with drawn tokens and estimates how likely one of k answers is right.
/// </summary>
/// <param name="engine">Engine of the model.</param>
/// <param name="encoder">Texts to token ids.</param>
/// <param name="prompts">Builds what the model reads.</param>
/// <param name="adapter">Name of an adapter that the engine holds, or null.</param>
public sealed class SampledRunner(
    IGenerationEngine engine, PromptEncoder encoder, PromptBuilder prompts, string? adapter = null)
{
    /// <summary>Answers to each question, at least the largest k.</summary>
    /// <value>Default: 10.</value>
    public int Samples { get; init; } = 10;

    /// <summary>Temperature of the draws, above 0.</summary>
    /// <value>Default: 0.8.</value>
    public double Temperature { get; init; } = 0.8;

    /// <summary>Seed; equal seeds give equal answers.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Runs a task.</summary>
    /// <param name="task">A task whose answers are generated and scored 0 or 1 by its first metric.</param>
    /// <param name="ks">Values of k, each from 1 to <see cref="Samples"/>.</param>
    /// <param name="limit">Questions at most; null asks all.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <returns>Scores <c>pass@k</c> of each question, and the answers.</returns>
    /// <exception cref="ArgumentException">The task is not generated, has no score of answers, or a k is out of
    /// range.</exception>
    public async Task<(TaskResult Result, IReadOnlyList<IReadOnlyList<string>> Answers)> RunAsync(
        EvaluationTask task, IReadOnlyList<int> ks, int? limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(ks);
        if (task.Output != OutputType.GenerateUntil || task.Metrics[0].Score is not { } score)
            throw new ArgumentException(
                $"'{task.Name}' has no generated answers to score; pass@k needs them", nameof(task));
        if (ks.Any(k => k < 1 || k > Samples))
            throw new ArgumentException(
                $"k is {string.Join(", ", ks)}; with {Samples} answers to a question it must be from 1 to {Samples}",
                nameof(ks));
        TaskDocument[] questions = [.. task.Questions.Take(limit ?? int.MaxValue)];
        var (answers, asked) = (new List<IReadOnlyList<string>>(), new List<string>());
        foreach (var question in questions)
        {
            var context = prompts.Build(task, question).Context;
            asked.Add(context);
            var ids = encoder.Encode(context);
            answers.Add(
                await Task.WhenAll(
                    Enumerable.Range(0, Samples)
                        .Select(sample =>
                            AnswerAsync(
                                task, ids, (ulong)(Seed + (1_000_003L * answers.Count) + sample), cancellationToken))));
        }

        var right = questions.Zip(answers,
            (question, given) => given.Count(answer => score(question, task.Filters[0].Apply(answer)) >= 1)).ToList();
        var scores = ks.ToDictionary(k => $"pass@{k}",
            k => (IReadOnlyList<double>)[.. right.Select(correct => PassAtK.Of(Samples, correct, k))]);
        return (new TaskResult
        {
            Task = task.Name,
            TaskDigest = task.Digest,
            PromptDigest = Files.Digest([.. asked, $"{Samples}", $"{Temperature:R}", $"{Seed}"]),
            Original = task.Questions.Count,
            Effective = questions.Length,
            Ids = [.. questions.Select(question => question.Id)],
            Scores = scores,
            Metrics = scores.ToDictionary(pair => $"{pair.Key},none", pair => Aggregation.Mean(pair.Value)),
        }, answers);
    }

    private async Task<string> AnswerAsync(
        EvaluationTask task, int[] prompt, ulong seed, CancellationToken cancellationToken)
    {
        var ids = new List<int>();
        var stream = engine.Submit(new GenerationRequest
        {
            Prompt = prompt,
            Adapter = adapter,
            Sampling = new SamplingOptions
            {
                Temperature = Temperature,
                Seed = seed,
                MaxTokens = task.Generation.MaxTokens,
            },
        });
        await foreach (var token in stream.ReadAllAsync(cancellationToken))
        {
            ids.Add(token.Id);
            if (!encoder.IsStop(ids, task.Generation.Until)) continue;
            stream.Cancel();
            break;
        }

        return encoder.Answer(ids, task.Generation.Until);
    }
}
