using System.Collections.Concurrent;

namespace Pipeline.Evaluation.Performance;

/// <summary>Sends requests with a fixed number in flight and records when tokens arrive.</summary>
/// <param name="time">Clock.</param>
public sealed class LoadTest(TimeProvider time)
{
    /// <summary>Runs the requests.</summary>
    /// <param name="prompts">Prompt and its number of tokens.</param>
    /// <param name="concurrency">Requests in flight at a time.</param>
    /// <param name="generate">Streams the tokens of an answer.</param>
    /// <param name="cancellationToken">Stops the test.</param>
    /// <returns>The log in order of start; a failed request holds its error.</returns>
    public async Task<IReadOnlyList<RequestRecord>> RunAsync(
        IReadOnlyList<(string Text, int Tokens)> prompts, int concurrency,
        Func<string, CancellationToken, IAsyncEnumerable<string>> generate, CancellationToken cancellationToken)
    {
        var (queue, log, begin) = (new ConcurrentQueue<(string Text, int Tokens)>(prompts),
            new ConcurrentBag<RequestRecord>(), time.GetTimestamp());
        double Now() => time.GetElapsedTime(begin).TotalSeconds;
        async Task WorkAsync()
        {
            while (queue.TryDequeue(out var prompt))
            {
                var (start, arrivals, error) = (Now(), new List<double>(), (string?)null);
                try
                {
                    await foreach (var _ in generate(prompt.Text, cancellationToken)
                        .WithCancellation(cancellationToken)) arrivals.Add(Now());
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    error = exception.Message;
                }

                log.Add(new RequestRecord(start, arrivals, prompt.Tokens, error));
            }
        }

        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => WorkAsync()));
        return [.. log.OrderBy(request => request.Start)];
    }
}
