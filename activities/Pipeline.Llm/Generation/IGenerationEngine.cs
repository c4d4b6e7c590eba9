using Pipeline.Llm.Peft;

namespace Pipeline.Llm.Generation;

/// <summary>
/// Continues many sequences at once over one base model and any number of adapters. Safe for several threads.
/// </summary>
public interface IGenerationEngine : IAsyncDisposable
{
    /// <summary>Most tokens of prompt and answer together.</summary>
    int ContextLength { get; }

    /// <summary>Number of token ids.</summary>
    int VocabularySize { get; }

    /// <summary>Length of an embedding.</summary>
    int EmbeddingSize { get; }

    /// <summary>Sequences that are decoded together.</summary>
    int MaxBatch { get; }

    /// <summary>Starts a sequence.</summary>
    /// <param name="request">Prompt, adapter and options.</param>
    /// <returns>Its tokens as they come.</returns>
    /// <exception cref="ArgumentException">The prompt is empty or leaves no room in the context, or an id is outside
    /// the vocabulary.</exception>
    /// <exception cref="GenerationException">The adapter is not loaded, or the engine has stopped.</exception>
    GenerationStream Submit(GenerationRequest request);

    /// <summary>
    /// Computes the embedding of a text: the mean of the states after the final norm over all tokens, scaled to length
    /// 1.
    /// </summary>
    /// <param name="tokens">Token ids, at least one.</param>
    /// <param name="adapter">Name of a loaded adapter; null runs the base model.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>A vector [<see cref="EmbeddingSize"/>].</returns>
    /// <exception cref="ArgumentException">The text is empty or does not fit the context, or an id is outside the
    /// vocabulary.</exception>
    /// <exception cref="GenerationException">The adapter is not loaded, the engine has stopped, or the pass
    /// failed.</exception>
    Task<float[]> EmbedAsync(
        IReadOnlyList<int> tokens, string? adapter = null, CancellationToken cancellation = default);

    /// <summary>Makes an adapter available.</summary>
    /// <param name="name">Name for <see cref="GenerationRequest.Adapter"/>; one name always means the same
    /// files.</param>
    /// <param name="content">Its files.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>A task that ends when sequences may use it.</returns>
    /// <exception cref="InvalidDataException">The files are damaged or do not fit the base model.</exception>
    Task LoadAdapterAsync(string name, AdapterContent content, CancellationToken cancellation = default);

    /// <summary>Frees an adapter that no sequence uses.</summary>
    /// <param name="name">Its name; an unknown one is ignored.</param>
    /// <returns>A task that ends when its memory is free.</returns>
    Task UnloadAdapterAsync(string name);

    /// <summary>Numbers for monitoring.</summary>
    /// <returns>The present state.</returns>
    GenerationStatus Status();
}

/// <summary>The state of an engine.</summary>
/// <param name="Running">Sequences in the batch.</param>
/// <param name="Waiting">Sequences that wait for a place in the batch.</param>
/// <param name="Adapters">Adapters that are loaded.</param>
/// <param name="CacheTokens">Tokens whose keys and values are held.</param>
/// <param name="CacheBytes">Bytes of all key and value pages.</param>
/// <param name="PrefixHits">Prompt tokens found in the prefix cache so far.</param>
public sealed record GenerationStatus(
    int Running, int Waiting, int Adapters, long CacheTokens, long CacheBytes, long PrefixHits);
