namespace Pipeline.Llm.Generation;

/// <summary>One sequence inside an engine.</summary>
internal sealed class SequenceState
{
    /// <summary>Starts a sequence.</summary>
    public SequenceState(GenerationRequest request, int contextLength)
    {
        Request = request;
        Tokens = [.. request.Prompt];
        Limit = (int)Math.Min((long)request.Prompt.Count + request.Sampling.MaxTokens, contextLength);
        Sampler = request.Sampling.NeedsSampler ? new TokenSampler(request.Sampling, request.Prompt) : null;
    }

    public GenerationRequest Request { get; }

    public GenerationStream Stream { get; } = new();

    /// <summary>Prompt and answer.</summary>
    public List<int> Tokens { get; }

    /// <summary>Largest number of tokens that the sequence may reach.</summary>
    public int Limit { get; }

    /// <summary>Chooses tokens; null for the most likely one.</summary>
    public TokenSampler? Sampler { get; }

    /// <summary>Sums of the last hidden states, when they are wanted and no new tokens; else null.</summary>
    public double[]? Pool { get; init; }

    /// <summary>Its keys and values.</summary>
    public PageTable Table { get; } = new();

    /// <summary>Tokens that are not in the cache yet; the last one of the answer always is not.</summary>
    public int Pending => Tokens.Count - Table.Length;

    /// <summary>Whether the whole prompt but its last token was processed.</summary>
    public bool Decodes => Tokens.Count > Request.Prompt.Count;

    /// <summary>Pages that the sequence may need at its longest.</summary>
    public int MostPages => (Limit + KeyValuePages.PageSize - 1) / KeyValuePages.PageSize;

    /// <summary>
    /// Name of its tree in the prefix cache, or null to share nothing. The adapter is part of it, whatever the caller
    /// says.
    /// </summary>
    public string? Scope => Request.CacheScope.Length == 0 ? null : $"{Request.Adapter}\n{Request.CacheScope}";
}
