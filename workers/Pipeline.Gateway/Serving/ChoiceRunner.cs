using System.Runtime.CompilerServices;
using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Scheduling;
using Pipeline.Gateway.Text;
using Pipeline.Llm.Generation;

namespace Pipeline.Gateway.Serving;

/// <summary>
/// Generates one answer: adapter, slot, tokens, text, stop strings. Whatever ends it, slot and adapter are given back.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="cache">Loaded adapters.</param>
/// <param name="queue">Slots.</param>
/// <param name="codec">Tokens to text.</param>
/// <param name="time">Clock.</param>
public sealed class ChoiceRunner(
    IGenerationEngine engine, AdapterCache cache, FairQueue queue, ITextCodec codec, TimeProvider time)
{
    /// <summary>Generates.</summary>
    /// <param name="plan">The answer to generate.</param>
    /// <param name="outcome">Receives the numbers.</param>
    /// <param name="cancellation">Ends the answer at its next token.</param>
    /// <returns>Pieces of the answer; the last one says why it ended.</returns>
    public async IAsyncEnumerable<ChoicePiece> RunAsync(
        CompletionPlan plan, ChoiceOutcome outcome, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // The adapter first: whoever waits for one holds no slot that others could use.
        using var lease = plan.Flow.Adapter is { } adapter ? await cache.AcquireAsync(adapter, cancellation) : null;
        using var slot = await queue.EnterAsync(plan.ClientId, cancellation);
        outcome.QueueSeconds = time.GetElapsedTime(plan.Arrived).TotalSeconds;
        var stream = engine.Submit(new GenerationRequest
        {
            Prompt = plan.Prompt,
            Sampling = plan.Sampling,
            Adapter = lease?.Adapter.EngineName,
            CacheScope = $"{plan.ClientId}/{lease?.Adapter.Digest ?? "base"}",
        });
        try
        {
            var stops = new StopDetector(plan.Call.Stop);
            var decoder = codec.CreateDecoder();
            var pending = new List<GeneratedToken>();
            await foreach (var token in stream.ReadAllAsync(cancellation))
            {
                outcome.FirstTokenSeconds ??= time.GetElapsedTime(plan.Arrived).TotalSeconds;
                outcome.Tokens++;
                outcome.EntropySum += token.Entropy;
                outcome.CachedTokens = stream.CachedPromptTokens;
                pending.Add(token);
                var text = stops.Add(decoder.Add(token.Id) ?? "");
                if (stops.Stopped)
                {
                    yield return Last(plan, outcome, text, pending, "stop");
                    yield break;
                }

                if (text.Length > 0)
                {
                    yield return new ChoicePiece(text, [.. pending], null);
                    pending.Clear();
                }
            }

            var rest = stops.Add(decoder.Flush()) + stops.Flush();
            yield return Last(plan, outcome, rest, pending,
                stream.FinishReason == FinishReason.Length && !stops.Stopped ? "length" : "stop");
        }
        finally
        {
            stream.Cancel();
        }
    }

    private ChoicePiece Last(
        CompletionPlan plan, ChoiceOutcome outcome, string text, List<GeneratedToken> pending, string finish)
    {
        outcome.Finish = finish;
        outcome.Seconds = time.GetElapsedTime(plan.Arrived).TotalSeconds;
        return new ChoicePiece(text, [.. pending], finish);
    }
}
