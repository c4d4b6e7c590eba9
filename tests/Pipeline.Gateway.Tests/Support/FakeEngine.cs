using System.Collections.Concurrent;
using Pipeline.Llm.Generation;
using Pipeline.Llm.Peft;

namespace Pipeline.Gateway.Tests.Support;

/// <summary>
/// Answers each request with the tokens that <see cref="Script"/> gives, one by one, and keeps book of adapters and
/// slots.
/// </summary>
internal sealed class FakeEngine : IGenerationEngine
{
    private readonly ConcurrentDictionary<string, byte> _adapters = new(StringComparer.Ordinal);
    private int _running;

    public Func<GenerationRequest, IReadOnlyList<int>> Script { get; set; } = request =>
        [.. request.Prompt.Reverse().Take(8)];

    /// <summary>Waited for before each token.</summary>
    public Func<GenerationRequest, Task> Pace { get; set; } = _ => Task.CompletedTask;

    public Func<string, Task> Loading { get; set; } = _ => Task.CompletedTask;

    public double Entropy { get; set; } = 1;

    public ConcurrentQueue<GenerationRequest> Requests { get; } = new();

    public ConcurrentQueue<(IReadOnlyList<int> Tokens, string? Adapter)> Embedded { get; } = new();

    public ConcurrentQueue<string> Loads { get; } = new();

    public int MostLoaded { get; private set; }

    public int MostRunning { get; private set; }

    public int Running => _running;

    public ICollection<string> Loaded => _adapters.Keys;

    public int ContextLength { get; init; } = 1024;

    public int VocabularySize => 8192;

    public int EmbeddingSize => 4;

    public int MaxBatch { get; init; } = 8;

    public GenerationStream Submit(GenerationRequest request)
    {
        if (request.Adapter is { } adapter && !_adapters.ContainsKey(adapter))
        {
            throw new GenerationException($"adapter '{adapter}' is not loaded");
        }

        Requests.Enqueue(request);
        var stream = new GenerationStream();
        _ = RunAsync(request, stream);
        return stream;
    }

    public async Task<float[]> EmbedAsync(
        IReadOnlyList<int> tokens, string? adapter = null, CancellationToken cancellation = default)
    {
        Embedded.Enqueue((tokens, adapter));
        await Pace(new GenerationRequest { Prompt = tokens, Adapter = adapter });
        return adapter is null || _adapters.ContainsKey(adapter)
            ? [tokens.Count, tokens[0], 0, adapter is null ? 0 : 1] : throw new GenerationException("not loaded");
    }

    public async Task LoadAdapterAsync(string name, AdapterContent content, CancellationToken cancellation = default)
    {
        Loads.Enqueue(name);
        await Loading(name);
        _adapters[name] = 0;
        lock (_adapters)
        {
            MostLoaded = Math.Max(MostLoaded, _adapters.Count);
        }
    }

    public Task UnloadAdapterAsync(string name)
    {
        _adapters.TryRemove(name, out _);
        return Task.CompletedTask;
    }

    public GenerationStatus Status() => new(_running, 0, _adapters.Count, 0, 0, 0);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task RunAsync(GenerationRequest request, GenerationStream stream)
    {
        lock (_adapters)
        {
            MostRunning = Math.Max(MostRunning, ++_running);
        }

        try
        {
            await Task.Yield();
            var count = 0;
            foreach (var id in Script(request))
            {
                await Pace(request);
                if (stream.IsCancelled)
                {
                    stream.Complete(FinishReason.Cancelled);
                    return;
                }

                if (request.Sampling.StopTokens.Contains(id))
                {
                    stream.Complete(FinishReason.Stop);
                    return;
                }

                stream.Write(
                    new GeneratedToken(
                        id, -0.5, Entropy,
                        [.. Enumerable.Range(0, request.Sampling.TopLogProbs)
                            .Select(i => new TokenLogProb(id + i, -0.5 - i))]));
                if (++count >= request.Sampling.MaxTokens)
                {
                    stream.Complete(FinishReason.Length);
                    return;
                }
            }

            stream.Complete(FinishReason.Stop);
        }
        catch (Exception exception)
        {
            stream.Fail(exception);
        }
        finally
        {
            lock (_adapters)
            {
                _running--;
            }
        }
    }
}
