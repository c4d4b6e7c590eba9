using System.Buffers;

namespace Microsoft.ML.Tokenizers;

public abstract partial class Tokenizer
{
    protected Tokenizer()
    {
    }

    public virtual PreTokenizer? PreTokenizer => null;

    public virtual Normalizer? Normalizer => null;

    public IReadOnlyList<int> EncodeToIds(
        string text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(text, text.AsSpan(), Settings(considerPreTokenization, considerNormalization)).Tokens;

    public IReadOnlyList<int> EncodeToIds(
        ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(null, text, Settings(considerPreTokenization, considerNormalization)).Tokens;

    public IReadOnlyList<int> EncodeToIds(
        string text,
        int maxTokenCount,
        out string? normalizedText,
        out int charsConsumed,
        bool considerPreTokenization = true,
        bool considerNormalization = true)
    {
        var settings = Settings(considerPreTokenization, considerNormalization, maxTokenCount);
        return Unpack(EncodeToIds(text, text.AsSpan(), settings), out normalizedText, out charsConsumed);
    }

    public IReadOnlyList<int> EncodeToIds(
        ReadOnlySpan<char> text,
        int maxTokenCount,
        out string? normalizedText,
        out int charsConsumed,
        bool considerPreTokenization = true,
        bool considerNormalization = true)
    {
        var settings = Settings(considerPreTokenization, considerNormalization, maxTokenCount);
        return Unpack(EncodeToIds(null, text, settings), out normalizedText, out charsConsumed);
    }

    public IReadOnlyList<EncodedToken> EncodeToTokens(
        string text,
        out string? normalizedText,
        bool considerPreTokenization = true,
        bool considerNormalization = true)
    {
        var settings = Settings(considerPreTokenization, considerNormalization);
        return Unpack(EncodeToTokens(text, text.AsSpan(), settings), out normalizedText, out _);
    }

    public IReadOnlyList<EncodedToken> EncodeToTokens(
        ReadOnlySpan<char> text,
        out string? normalizedText,
        bool considerPreTokenization = true,
        bool considerNormalization = true)
    {
        var settings = Settings(considerPreTokenization, considerNormalization);
        return Unpack(EncodeToTokens(null, text, settings), out normalizedText, out _);
    }

    public int CountTokens(string text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        CountTokens(text, text.AsSpan(), Settings(considerPreTokenization, considerNormalization));

    public int CountTokens(
        ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        CountTokens(null, text, Settings(considerPreTokenization, considerNormalization));

    public virtual string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var count = 0;
        if (ids is ICollection<int> collection && (count = collection.Count) == 0) return string.Empty;
        for (long size = count == 0 ? 1024 : Math.Max(16L, count * 8L); ; size *= 2)
        {
            var buffer = ArrayPool<char>.Shared.Rent(checked((int)Math.Min(size, Array.MaxLength)));
            try
            {
                switch (Decode(ids, buffer, out _, out var written))
                {
                    case OperationStatus.Done:
                        return new string(buffer, 0, written);
                    case OperationStatus.DestinationTooSmall when size < Array.MaxLength:
                        break;
                    case OperationStatus.DestinationTooSmall:
                        throw new OutOfMemoryException();
                    default:
                        throw new InvalidOperationException("The provided token IDs could not be decoded.");
                }
            }
            finally
            {
                ArrayPool<char>.Shared.Return(buffer);
            }
        }
    }

    public abstract OperationStatus Decode(
        IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten);

    protected virtual EncodeResults<int> EncodeToIds(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var results = EncodeToTokens(text, textSpan, settings);
        return new EncodeResults<int>
        {
            Tokens = results.Tokens.Select(token => token.Id).ToArray(),
            NormalizedText = results.NormalizedText,
            CharsConsumed = results.CharsConsumed,
        };
    }

    protected abstract EncodeResults<EncodedToken> EncodeToTokens(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings);

    protected virtual int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) =>
        EncodeToTokens(text, textSpan, settings).Tokens.Count;

    private static EncodeSettings Settings(bool preTokenize, bool normalize, int maxTokenCount = int.MaxValue) => new()
    {
        ConsiderPreTokenization = preTokenize,
        ConsiderNormalization = normalize,
        MaxTokenCount = maxTokenCount,
    };

    private static IReadOnlyList<T> Unpack<T>(
        EncodeResults<T> results, out string? normalizedText, out int charsConsumed)
    {
        normalizedText = results.NormalizedText;
        charsConsumed = results.CharsConsumed;
        return results.Tokens;
    }
}
