using Pipeline.Evaluation.Scoring;

namespace Pipeline.Evaluation.Tests.Harness;

/// <summary>A model whose scores depend on the ids alone, and that can break down after so many batches.</summary>
internal sealed class CountingModel(int breaksAfter = int.MaxValue) : IScoringModel
{
    public int MaxLength => 2048;

    public long Calls { get; private set; }

    public int Questions { get; private set; }

    public void Score(IReadOnlyList<ScoreRequest> requests, IResultSink<ContinuationScore[]> sink,
        CancellationToken cancellationToken = default)
    {
        foreach (var chunk in Enumerable.Range(0, requests.Count).Chunk(7).Where(chunk => chunk.Any(i => !sink.Has(i))))
        {
            if (Calls++ == breaksAfter) throw new IOException("the machine went away");
            foreach (var i in chunk)
            {
                Questions++;
                sink.Add(
                    i, [.. requests[i].Continuations.Select(ids =>
                        new ContinuationScore(-Hash(requests[i].Context, ids), Hash(requests[i].Context, ids) < 1))]);
            }

            sink.EndBatch();
        }
    }

    public void Generate(
        IReadOnlyList<GenerateRequest> requests, IResultSink<int[]> sink, CancellationToken cancellationToken = default)
    {
        Calls++;
        for (var i = 0; i < requests.Count; i++) sink.Add(i, [requests[i].Prompt[^1]]);
        sink.EndBatch();
    }

    private static double Hash(int[] context, int[] ids) =>
        (context.Sum() * 31L + ids.Sum() * 17L) % 1000 / 100.0 + 0.001;
}
