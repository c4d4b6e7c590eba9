using Pipeline.Llm.Generation;
using Pipeline.Llm.Peft;

namespace Benchmarks.Serving;

/// <summary>An engine whose every answer is one token, at once.</summary>
internal sealed class InstantEngine : IGenerationEngine
{
    public int ContextLength => 1024;

    public int VocabularySize => 8192;

    public int EmbeddingSize => 4;

    public int MaxBatch => 64;

    public GenerationStream Submit(GenerationRequest request)
    {
        var stream = new GenerationStream();
        stream.Write(new GeneratedToken(100, -1, 1, []));
        stream.Complete(FinishReason.Length);
        return stream;
    }

    public Task<float[]> EmbedAsync(
        IReadOnlyList<int> tokens, string? adapter = null, CancellationToken cancellation = default) =>
        Task.FromResult<float[]>([1, 0, 0, 0]);

    public Task LoadAdapterAsync(string name, AdapterContent content, CancellationToken cancellation = default) =>
        Task.CompletedTask;

    public Task UnloadAdapterAsync(string name) => Task.CompletedTask;

    public GenerationStatus Status() => new(0, 0, 0, 0, 0, 0);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
