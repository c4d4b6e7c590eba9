namespace Pipeline.Evaluation.Scoring;

/// <summary>
/// A model as an evaluation sees it: it scores continuations and continues prompts. It speaks token ids only.
/// </summary>
public interface IScoringModel
{
    /// <summary>Most tokens that fit before the scored ones.</summary>
    int MaxLength { get; }

    /// <summary>Forward passes so far.</summary>
    long Calls { get; }

    /// <summary>
    /// Scores requests; those of one call should share as long a prefix as possible. The division into batches depends
    /// on the requests alone, so that an interrupted call can be repeated with the same numbers.
    /// </summary>
    /// <param name="requests">What to score.</param>
    /// <param name="sink">Takes one list of scores a request, in the order of its continuations.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    void Score(IReadOnlyList<ScoreRequest> requests, IResultSink<ContinuationScore[]> sink,
        CancellationToken cancellationToken = default);

    /// <summary>Continues prompts greedily.</summary>
    /// <param name="requests">What to continue.</param>
    /// <param name="sink">Takes the generated ids of each request, the one that stopped it included.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    void Generate(IReadOnlyList<GenerateRequest> requests, IResultSink<int[]> sink,
        CancellationToken cancellationToken = default);
}
