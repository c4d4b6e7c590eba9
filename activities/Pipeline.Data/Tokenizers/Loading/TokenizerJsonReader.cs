using System.Text.Json;
using Pipeline.Data.Tokenizers.Models;
using Pipeline.Data.Tokenizers.PreTokenizers;

namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>Reads a <c>tokenizer.json</c>.</summary>
internal static class TokenizerJsonReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    internal static HuggingFaceTokenizer Read(
        ReadOnlySpan<byte> utf8, string source, IReadOnlyList<AddedToken> extraTokens)
    {
        try
        {
            if (utf8.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
            return ReadDocument(utf8, source, extraTokens);
        }
        catch (JsonException exception)
        {
            var place = exception.LineNumber is { } line
                ? $"line {line + 1}, byte {exception.BytePositionInLine + 1}" : "";
            throw new TokenizerFormatException(source, place, "the file is not JSON: " + exception.Message, exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new TokenizerFormatException(
                source, "", "the file has a value of the wrong kind: " + exception.Message, exception);
        }
    }

    private static HuggingFaceTokenizer ReadDocument(
        ReadOnlySpan<byte> utf8, string source, IReadOnlyList<AddedToken> extraTokens)
    {
        var reader = new Utf8JsonReader(utf8, Options);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new TokenizerFormatException(source, "", "the file is not a JSON object");
        var parts = new Dictionary<string, JsonPart>(StringComparer.Ordinal);
        ModelSource? model = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString() ?? "";
            reader.Read();
            if (parts.ContainsKey(name) || (name == "model" && model is not null))
            {
                throw new TokenizerFormatException(source, name, "the field is there twice");
            }

            if (name == "model") model = ModelSource.Read(ref reader, source);
            else parts[name] = new JsonPart(JsonElement.ParseValue(ref reader), source, name);
        }

        while (reader.Read())
        {
            // Anything after the object is reported by the reader itself.
        }

        if (model is null) throw new TokenizerFormatException(source, "model", "the field is missing");
        return Build(utf8, source, parts, model, extraTokens);
    }

    private static HuggingFaceTokenizer Build(
        ReadOnlySpan<byte> utf8, string source, Dictionary<string, JsonPart> parts, ModelSource modelSource,
        IReadOnlyList<AddedToken> extraTokens)
    {
        var normalizer = NormalizerReader.Read(Part("normalizer"));
        var model = ModelReader.Read(utf8, modelSource, PreTokenizerReader.EndsInBytes(Part("pre_tokenizer")));
        var preTokenizers = PreTokenizerReader.Read(Part("pre_tokenizer"), model is ByteLevelBpeModel).ToList();
        var tokens = Part("added_tokens").IsNull ? [] : Part("added_tokens").Items().Select(ReadAddedToken).ToList();
        AddedVocabulary added;
        try
        {
            added = new AddedVocabulary(tokens.Concat(extraTokens), model, normalizer);
        }
        catch (FormatException exception) when (exception is not TokenizerFormatException)
        {
            throw new TokenizerFormatException(source, "added_tokens", exception.Message, exception);
        }

        return new HuggingFaceTokenizer(
            new TokenizerParts(
                added,
                normalizer,
                preTokenizers,
                model,
                PostProcessorReader.Read(Part("post_processor")),
                DecoderReader.Read(Part("decoder"))),
            LimitsReader.ReadTruncation(Part("truncation")),
            LimitsReader.ReadPadding(Part("padding")));

        JsonPart Part(string name) => parts.GetValueOrDefault(name, new JsonPart(default, source, name));
    }

    internal static AddedToken ReadAddedToken(JsonPart part)
    {
        var content = part["content"].Text();
        if (content.Length == 0) throw part["content"].Error("an added token must not be empty");
        return new AddedToken(part["id"].IsNull ? -1 : part["id"].Integer(), content)
        {
            SingleWord = part["single_word"].Flag(false),
            LStrip = part["lstrip"].Flag(false),
            RStrip = part["rstrip"].Flag(false),
            Normalized = part["normalized"].Flag(false),
            Special = part["special"].Flag(false),
        };
    }
}
