namespace Pipeline.Evaluation.Scoring;

/// <summary>One row of a forward pass and what is read from it.</summary>
/// <param name="Request">Index of the request.</param>
/// <param name="First">Index of its first continuation.</param>
/// <param name="Input">Token ids that are fed.</param>
/// <param name="Targets">For each of the last positions, the ids whose log-probability is read there.</param>
/// <param name="Whole">Whether the targets are the tokens of one continuation rather than alternatives at one
/// position.</param>
internal sealed record ScoredSequence(int Request, int First, int[] Input, int[][] Targets, bool Whole)
{
    /// <summary>Rows for a request: one when all continuations are single tokens, else one each.</summary>
    /// <param name="index">Index of the request.</param>
    /// <param name="request">The request.</param>
    /// <param name="maxLength">Tokens that may be fed; earlier ones are dropped.</param>
    /// <param name="together">Whether single-token continuations share a row.</param>
    public static IEnumerable<ScoredSequence> Of(int index, ScoreRequest request, int maxLength, bool together)
    {
        if (request.Context.Length == 0 || request.Continuations.Count == 0
            || request.Continuations.Any(ids => ids.Length == 0))
        {
            throw new ArgumentException($"request {index} has an empty context or continuation", nameof(request));
        }

        if (together && request.Continuations.All(ids => ids.Length == 1))
        {
            yield return new(index, 0, Last(request.Context, maxLength),
                [[.. request.Continuations.Select(ids => ids[0])]], Whole: false);
            yield break;
        }

        for (var i = 0; i < request.Continuations.Count; i++)
        {
            var continuation = request.Continuations[i];
            if (continuation.Length > maxLength)
                throw new ArgumentException(
                    $"continuation {i} of request {index} has {continuation.Length} tokens; at most {maxLength} fit",
                    nameof(request));
            yield return new(index, i, Last([.. request.Context, .. continuation[..^1]], maxLength),
                [.. continuation.Select(id => new[] { id })], Whole: true);
        }
    }

    private static int[] Last(int[] ids, int count) => ids.Length <= count ? ids : ids[^count..];
}
