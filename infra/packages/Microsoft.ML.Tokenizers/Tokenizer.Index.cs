namespace Microsoft.ML.Tokenizers;

public abstract partial class Tokenizer
{
    public int GetIndexByTokenCount(
        string text,
        int maxTokenCount,
        out string? normalizedText,
        out int tokenCount,
        bool considerPreTokenization = true,
        bool considerNormalization = true)
    {
        var settings = Settings(considerPreTokenization, considerNormalization, maxTokenCount);
        return GetIndexByTokenCount(text, text.AsSpan(), settings, false, out normalizedText, out tokenCount);
    }

    public int GetIndexByTokenCount(
        ReadOnlySpan<char> text,
        int maxTokenCount,
        out string? normalizedText,
        out int tokenCount,
        bool considerPreTokenization = true,
        bool considerNormalization = true)
    {
        var settings = Settings(considerPreTokenization, considerNormalization, maxTokenCount);
        return GetIndexByTokenCount(null, text, settings, false, out normalizedText, out tokenCount);
    }

    public int GetIndexByTokenCountFromEnd(
        string text,
        int maxTokenCount,
        out string? normalizedText,
        out int tokenCount,
        bool considerPreTokenization = true,
        bool considerNormalization = true)
    {
        var settings = Settings(considerPreTokenization, considerNormalization, maxTokenCount);
        return GetIndexByTokenCount(text, text.AsSpan(), settings, true, out normalizedText, out tokenCount);
    }

    public int GetIndexByTokenCountFromEnd(
        ReadOnlySpan<char> text,
        int maxTokenCount,
        out string? normalizedText,
        out int tokenCount,
        bool considerPreTokenization = true,
        bool considerNormalization = true)
    {
        var settings = Settings(considerPreTokenization, considerNormalization, maxTokenCount);
        return GetIndexByTokenCount(null, text, settings, true, out normalizedText, out tokenCount);
    }

    protected virtual int GetIndexByTokenCount(
        string? text,
        ReadOnlySpan<char> textSpan,
        EncodeSettings settings,
        bool fromEnd,
        out string? normalizedText,
        out int tokenCount)
    {
        var limit = settings.MaxTokenCount;
        if (fromEnd) settings.MaxTokenCount = int.MaxValue;
        var results = EncodeToTokens(text, textSpan, settings);
        normalizedText = results.NormalizedText;
        tokenCount = Math.Min(limit, results.Tokens.Count);
        if (fromEnd)
        {
            return tokenCount > 0
                ? results.Tokens[^tokenCount].Offset.Start.Value
                : results.NormalizedText?.Length ?? textSpan.Length;
        }

        return tokenCount > 0 ? results.Tokens[tokenCount - 1].Offset.End.Value : 0;
    }
}
