namespace Pipeline.Llm.Generation;

/// <summary>Sizes of a <see cref="GenerationEngine"/>.</summary>
public sealed record GenerationOptions
{
    /// <summary>Sequences decoded together.</summary>
    /// <value>The default is 32.</value>
    public int MaxBatch { get; init; } = 32;

    /// <summary>
    /// Prompt tokens processed between two decoding steps, so that a long prompt does not hold up the others.
    /// </summary>
    /// <value>The default is 512.</value>
    public int PrefillTokens { get; init; } = 512;

    /// <summary>
    /// Tokens whose keys and values fit into memory; 0 lets every sequence of a full batch fill the context, up to 1
    /// GiB.
    /// </summary>
    /// <value>The default is 0.</value>
    public long CacheTokens { get; init; }

    /// <summary>Most tokens of prompt and answer together; 0 takes the model's context.</summary>
    /// <value>The default is 0.</value>
    public int ContextLength { get; init; }

    /// <summary>Whether prompts of one scope share the keys and values of equal beginnings.</summary>
    /// <value>The default is true.</value>
    public bool PrefixCache { get; init; } = true;

    /// <summary>How the weights of low-rank adapters are kept beside a float32 model on the CPU.</summary>
    /// <value>The default is <see cref="AdapterWeights.AsStored"/>.</value>
    public AdapterWeights AdapterWeights { get; init; }
}
