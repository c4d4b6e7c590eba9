using Pipeline.Evaluation.Scoring;

namespace Pipeline.Evaluation.Harness;

/// <summary>Asks the questions of one shard that are not answered yet.</summary>
internal sealed class QuestionAsker
{
    private readonly EvaluationTask _task;
    private readonly TaskDocument[] _questions;
    private readonly (string Context, IReadOnlyList<string> Continuations)[] _texts;
    private readonly string[] _digests;
    private readonly AnswerLog _log;
    private readonly IProgress<int>? _progress;
    private readonly AnsweredQuestion?[] _answers;

    public QuestionAsker(
        EvaluationTask task, TaskDocument[] questions, (string Context, IReadOnlyList<string> Continuations)[] texts,
        string[] digests, AnswerLog log,
        IProgress<int>? progress)
    {
        (_task, _questions, _texts, _digests, _log, _progress) = (task, questions, texts, digests, log, progress);
        _answers =
            [.. questions.Select((question, i) => log.Known.GetValueOrDefault(question.Id) is { } known
                && known.Prompt == digests[i] ? known : null)];
    }

    public bool Complete => Array.TrueForAll(_answers, answer => answer is not null);

    // Called when complete only.
    public AnsweredQuestion[] Answers() => [.. _answers.Select(answer => answer!)];

    public void Ask(IScoringModel model, PromptEncoder encoder, CancellationToken cancellationToken)
    {
        if (_task.Output == OutputType.GenerateUntil) Generate(model, encoder, cancellationToken);
        else if (_task.Output == OutputType.LogLikelihoodRolling) Roll(model, encoder, cancellationToken);
        else Score(model, encoder, cancellationToken);
    }

    private void Score(IScoringModel model, PromptEncoder encoder, CancellationToken cancellationToken)
    {
        ScoreRequest[] requests = [.. _texts.Select(text => encoder.Encode(text.Context, text.Continuations))];
        var bare = _task.Metrics.Any(metric => metric.Name == "acc_mutual_info")
            ? Unconditional(model, encoder, cancellationToken) : null;
        model.Score(requests, new Sink<ContinuationScore[]>(this, (i, scores) => Record(i, New(i) with
        {
            LogLikelihoods = [.. scores.Select(score => score.LogLikelihood)],
            Greedy = [.. scores.Select(score => score.IsGreedy)],
            Unconditional = bare?[i] ?? [],
        })), cancellationToken);
    }

    /// <summary>Likelihood of each choice without the question; equal choices are asked once.</summary>
    private double[][] Unconditional(IScoringModel model, PromptEncoder encoder, CancellationToken cancellationToken)
    {
        string[] distinct = [.. _texts.SelectMany(text => text.Continuations).Distinct(StringComparer.Ordinal)];
        var results = new ResultList<ContinuationScore[]>(1);
        model.Score([encoder.Encode("", distinct)], results, cancellationToken);
        var known = distinct.Zip(results[0])
            .ToDictionary(pair => pair.First, pair => pair.Second.LogLikelihood, StringComparer.Ordinal);
        return [.. _texts.Select(text => text.Continuations.Select(continuation => known[continuation]).ToArray())];
    }

    private void Roll(IScoringModel model, PromptEncoder encoder, CancellationToken cancellationToken)
    {
        var owners = new List<int>();
        var requests = new List<ScoreRequest>();
        for (var i = 0; i < _questions.Length; i++)
        {
            if (_answers[i] is not null) continue;
            var windows = encoder.Windows(_questions[i].Target, model.MaxLength);
            requests.AddRange(windows);
            owners.AddRange(Enumerable.Repeat(i, windows.Count));
        }

        var results = new ResultList<ContinuationScore[]>(requests.Count);
        model.Score(requests, results, cancellationToken);
        foreach (var owner in owners.Distinct())
        {
            var sum = owners.Index().Where(pair => pair.Item == owner)
                .Sum(pair => results[pair.Index][0].LogLikelihood);
            Record(owner, New(owner) with { LogLikelihoods = [sum] });
        }

        EndBatch();
    }

    private void Generate(IScoringModel model, PromptEncoder encoder, CancellationToken cancellationToken)
    {
        var (until, limit) = (_task.Generation.Until, _task.Generation.MaxTokens);
        GenerateRequest[] requests = [
            .. _texts.Select(
                text => new GenerateRequest(encoder.Encode(text.Context), limit, ids => encoder.IsStop(ids, until)))];
        model.Generate(requests, new Sink<int[]>(this, (i, ids) => Record(i, New(i) with
        {
            Generated = encoder.Answer(ids, until),
            GeneratedTokens = ids,
        })), cancellationToken);
    }

    private AnsweredQuestion New(int index) => new()
    {
        Task = _task.Name,
        Id = _questions[index].Id,
        Prompt = _digests[index],
        Context = _texts[index].Context,
        Continuations = _texts[index].Continuations,
        Target = _questions[index].Target,
    };

    private void Record(int index, AnsweredQuestion answer)
    {
        _answers[index] = QuestionScores.Score(_task, _questions[index], answer);
        _log.Add(_answers[index]!); // set on the line above
    }

    private void EndBatch()
    {
        _log.Flush();
        _progress?.Report(_answers.Count(answer => answer is not null));
    }

    private sealed class Sink<T>(QuestionAsker asker, Action<int, T> record) : IResultSink<T>
    {
        public bool Has(int index) => asker._answers[index] is not null;

        public void Add(int index, T result)
        {
            if (!Has(index)) record(index, result);
        }

        public void EndBatch() => asker.EndBatch();
    }
}
