using Pipeline.Gateway.Adapters;
using Pipeline.Gateway.Api;
using Pipeline.Gateway.Routing;
using Pipeline.Gateway.Scheduling;
using Pipeline.Gateway.Text;
using Pipeline.Llm.Generation;

namespace Pipeline.Gateway.Serving;

/// <summary>Computes embeddings: adapter, slot, vector. They share slots and limits with completions.</summary>
/// <param name="engine">The engine.</param>
/// <param name="cache">Loaded adapters.</param>
/// <param name="queue">Slots.</param>
/// <param name="codec">Text to tokens.</param>
/// <param name="recorder">Counts embeddings.</param>
/// <param name="failures">Says what a client is told about a failure.</param>
/// <param name="time">Clock.</param>
public sealed class EmbeddingService(
    IGenerationEngine engine, AdapterCache cache, FairQueue queue, ITextCodec codec, ServingRecorder recorder,
    FailureAnswers failures, TimeProvider time)
{
    /// <summary>Turns the inputs into token ids.</summary>
    /// <param name="call">The request.</param>
    /// <returns>Token ids of each input.</returns>
    /// <exception cref="ApiException">An input is empty, does not fit the context or holds a token outside the
    /// vocabulary.</exception>
    public IReadOnlyList<int[]> Encode(EmbeddingCall call)
    {
        if (call.Dimensions is { } wanted && wanted != engine.EmbeddingSize)
        {
            throw ApiException.BadField(
                "dimensions", $"must be {engine.EmbeddingSize}, the size of this model's states");
        }

        var texts = call.Inputs.Select(input => input.Ids is { } ids ? [.. ids] : codec.Encode(input.Text ?? ""))
            .ToList();
        foreach (var ids in texts)
        {
            if (ids.Length == 0 || ids.Length >= engine.ContextLength)
            {
                throw new ApiException(
                    400, ids.Length == 0 ? "invalid_value" : "context_length_exceeded",
                    $"input has {ids.Length} tokens; 1 to {engine.ContextLength - 1} fit the context", "input");
            }

            if (ids.Max() >= engine.VocabularySize)
            {
                throw ApiException.BadField(
                    "input", $"holds token {ids.Max()}; the vocabulary has {engine.VocabularySize}");
            }
        }

        return texts;
    }

    /// <summary>Computes the vectors.</summary>
    /// <param name="flow">What answers.</param>
    /// <param name="clientId">Id of the client, for the queue.</param>
    /// <param name="texts">Token ids of each input.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>One vector for each input, in their order.</returns>
    /// <exception cref="ApiException">The adapter or the pass failed.</exception>
    public async Task<IReadOnlyList<float[]>> RunAsync(
        ResolvedFlow flow, string clientId, IReadOnlyList<int[]> texts, CancellationToken cancellation) =>
        await Task.WhenAll(texts.Select(ids => RunOneAsync(flow, clientId, ids, cancellation)));

    private async Task<float[]> RunOneAsync(
        ResolvedFlow flow, string clientId, int[] ids, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        try
        {
            using var lease = flow.Adapter is { } adapter ? await cache.AcquireAsync(adapter, cancellation) : null;
            using var slot = await queue.EnterAsync(clientId, cancellation);
            var vector = await engine.EmbedAsync(ids, lease?.Adapter.EngineName, cancellation);
            recorder.RecordEmbedding(flow, time.GetElapsedTime(start).TotalSeconds, ids.Length, failed: false);
            return vector;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            recorder.RecordEmbedding(flow, 0, ids.Length, failed: true);
            throw failures.ToApi(exception);
        }
    }
}
