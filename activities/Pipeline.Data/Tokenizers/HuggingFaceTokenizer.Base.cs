using Microsoft.ML.Tokenizers;

namespace Pipeline.Data.Tokenizers;

public sealed partial class HuggingFaceTokenizer
{
    /// <summary>
    /// Encodes for the public methods of the base class: with template tokens, offsets in UTF-16 units of the text
    /// given.
    /// </summary>
    /// <param name="text">The text, or null when only the span is given.</param>
    /// <param name="textSpan">The same text.</param>
    /// <param name="settings">Stages to run and the number of tokens to keep.</param>
    /// <returns>Tokens; the normalized text is not reported, because offsets point into the original.</returns>
    protected override EncodeResults<EncodedToken> EncodeToTokens(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var stages = new StageOptions(settings.ConsiderNormalization, settings.ConsiderPreTokenization);
        var source = text ?? textSpan.ToString();
        var encoding = EncodeOne(source, 0, AddedTokenParsing.All, stages);
        if (_parts.PostProcessor is not null)
        {
            var parts = _parts.PostProcessor.Process([encoding], addSpecialTokens: true);
            encoding = parts[0];
            for (var i = 1; i < parts.Count; i++) encoding.Append(parts[i]);
        }

        OffsetMap.Convert(encoding, [source], OffsetUnit.Utf16);
        var count = Math.Min(encoding.Count, settings.MaxTokenCount);
        var tokens = new EncodedToken[count];
        var consumed = 0;
        for (var i = 0; i < count; i++)
        {
            var (start, end) = encoding.Offsets[i];
            tokens[i] = new EncodedToken(encoding.Ids[i], encoding.Tokens[i], start..end);
            consumed = Math.Max(consumed, end);
        }

        return new EncodeResults<EncodedToken>
        {
            Tokens = tokens,
            CharsConsumed = count == encoding.Count ? source.Length : consumed,
        };
    }

    /// <summary>Encodes to ids for the public methods of the base class, with template tokens.</summary>
    /// <param name="text">The text, or null when only the span is given.</param>
    /// <param name="textSpan">The same text.</param>
    /// <param name="settings">Stages to run and the number of tokens to keep.</param>
    /// <returns>Token ids.</returns>
    protected override EncodeResults<int> EncodeToIds(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        if (settings.MaxTokenCount != int.MaxValue) return base.EncodeToIds(text, textSpan, settings);
        var stages = new StageOptions(settings.ConsiderNormalization, settings.ConsiderPreTokenization);
        var ids = Encode(textSpan, addSpecialTokens: true, AddedTokenParsing.All, stages);
        return new EncodeResults<int> { Tokens = ids, CharsConsumed = textSpan.Length };
    }

    /// <summary>Counts the tokens of a text, template tokens included.</summary>
    /// <param name="text">The text, or null when only the span is given.</param>
    /// <param name="textSpan">The same text.</param>
    /// <param name="settings">Stages to run and the number of tokens to count at most.</param>
    /// <returns>Number of tokens.</returns>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var stages = new StageOptions(settings.ConsiderNormalization, settings.ConsiderPreTokenization);
        var ids = Encode(textSpan, addSpecialTokens: true, AddedTokenParsing.All, stages);
        return Math.Min(ids.Length, settings.MaxTokenCount);
    }
}
