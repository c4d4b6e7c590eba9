namespace Pipeline.Evaluation.Scoring;

/// <summary>
/// Puts the scores of rows together to requests and hands a request on when all of its rows are known.
/// </summary>
internal sealed class ScoreCollector(
    IReadOnlyList<ScoreRequest> requests, ScoredSequence[] rows, IResultSink<ContinuationScore[]> sink)
{
    private readonly ContinuationScore[][] _scores =
        [.. requests.Select(request => new ContinuationScore[request.Continuations.Count])];
    private readonly int[] _missing = Count(requests.Count, rows);

    public void Add(int[] batch, List<(float[] Values, bool[] Greedy)> results)
    {
        for (var i = 0; i < batch.Length; i++)
        {
            var row = rows[batch[i]];
            var (values, greedy) = results[i];
            if (row.Whole) _scores[row.Request][row.First] = new(Sum(values), Array.TrueForAll(greedy, x => x));
            else
            {
                for (var k = 0; k < values.Length; k++) _scores[row.Request][k] = new(values[k], greedy[k]);
            }

            if (--_missing[row.Request] == 0 && !sink.Has(row.Request)) sink.Add(row.Request, _scores[row.Request]);
        }

        sink.EndBatch();
    }

    private static double Sum(float[] values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return sum;
    }

    private static int[] Count(int requests, ScoredSequence[] rows)
    {
        var counts = new int[requests];
        foreach (var row in rows) counts[row.Request]++;
        return counts;
    }
}
