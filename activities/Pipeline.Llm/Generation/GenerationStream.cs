using System.Threading.Channels;

namespace Pipeline.Llm.Generation;

/// <summary>The tokens of one running sequence, as they come.</summary>
public sealed class GenerationStream
{
    private readonly Channel<GeneratedToken> _tokens =
        Channel.CreateUnbounded<GeneratedToken>(new UnboundedChannelOptions { SingleReader = true });
    private volatile bool _cancelled;

    /// <summary>Why the sequence ended; known when <see cref="ReadAllAsync"/> has ended.</summary>
    public FinishReason FinishReason { get; private set; } = FinishReason.Cancelled;

    /// <summary>Prompt tokens whose keys and values were found in the prefix cache.</summary>
    public int CachedPromptTokens { get; private set; }

    /// <summary>Whether <see cref="Cancel"/> was called; an engine then drops the sequence at its next step.</summary>
    public bool IsCancelled => _cancelled;

    /// <summary>Yields every token until the sequence ends.</summary>
    /// <param name="cancellation">Stops reading; call <see cref="Cancel"/> to stop the sequence.</param>
    /// <returns>Tokens in order.</returns>
    /// <exception cref="GenerationException">The engine failed this sequence.</exception>
    public IAsyncEnumerable<GeneratedToken> ReadAllAsync(CancellationToken cancellation = default) =>
        _tokens.Reader.ReadAllAsync(cancellation);

    /// <summary>Asks the engine to drop the sequence and free its place.</summary>
    public void Cancel() => _cancelled = true;

    /// <summary>For engines: notes how much of the prompt was cached.</summary>
    /// <param name="tokens">Number of tokens.</param>
    public void SetCachedPromptTokens(int tokens) => CachedPromptTokens = tokens;

    /// <summary>For engines: gives out a token.</summary>
    /// <param name="token">The token.</param>
    public void Write(GeneratedToken token) => _tokens.Writer.TryWrite(token);

    /// <summary>For engines: ends the sequence.</summary>
    /// <param name="reason">Why.</param>
    public void Complete(FinishReason reason)
    {
        FinishReason = reason;
        _tokens.Writer.TryComplete();
    }

    /// <summary>For engines: ends the sequence with an error.</summary>
    /// <param name="error">What went wrong.</param>
    public void Fail(Exception error) =>
        _tokens.Writer.TryComplete(error as GenerationException
            ?? new GenerationException($"generation failed: {error.Message}", error));
}
