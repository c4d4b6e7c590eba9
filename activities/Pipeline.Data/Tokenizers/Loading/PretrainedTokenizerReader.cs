using System.Text;
using System.Text.Json;

namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>Reads a tokenizer and its configuration from a model directory.</summary>
internal static class PretrainedTokenizerReader
{
    internal static PretrainedTokenizer Read(string directory)
    {
        if (!Directory.Exists(directory)) throw new DirectoryNotFoundException($"there is no directory '{directory}'");
        var config = ReadJson(directory, "tokenizer_config.json");
        var special = new SpecialTokenSettings(config, ReadJson(directory, "special_tokens_map.json"));
        var tokenizer = ReadTokenizer(directory, special);
        var maxLength = config["model_max_length"];
        return new PretrainedTokenizer
        {
            Tokenizer = tokenizer,
            ClassName = config["tokenizer_class"].TextOrNull(),
            SpecialTokens = special.ByRole,
            AdditionalSpecialTokens = special.Additional,
            ChatTemplates = ChatTemplateFiles.Read(directory, config),
            ModelMaxLength = maxLength.Element.ValueKind == JsonValueKind.Number
                && maxLength.Element.TryGetInt32(out var limit) ? limit : null,
            PadsLeft = config["padding_side"].TextOrNull() == "left",
            TruncatesLeft = config["truncation_side"].TextOrNull() == "left",
            CleanUpTokenizationSpaces = config["clean_up_tokenization_spaces"].Flag(false),
        };
    }

    private static HuggingFaceTokenizer ReadTokenizer(string directory, SpecialTokenSettings special)
    {
        foreach (var name in new[] { "tokenizer.json", "tokenizer.model" })
        {
            var path = Path.Combine(directory, name);
            if (File.Exists(path)) return TokenizerFile.Load(path, special.Tokens);
        }

        if (File.Exists(Path.Combine(directory, "vocab.json")) && File.Exists(Path.Combine(directory, "merges.txt")))
        {
            return VocabularyAndMergesReader.Read(directory, special.Tokens);
        }

        throw new TokenizerFormatException(
            directory, "", "there is no tokenizer.json, tokenizer.model or vocab.json with merges.txt");
    }

    internal static JsonPart ReadJson(string directory, string name)
    {
        var path = Path.Combine(directory, name);
        if (!File.Exists(path)) return new JsonPart(JsonDocument.Parse("{}").RootElement, path, "");
        try
        {
            var root = JsonDocument.Parse(TokenizerFile.ReadAll(path)).RootElement;
            var part = new JsonPart(root, path, "");
            return root.ValueKind == JsonValueKind.Object ? part : throw part.Error("a JSON object is expected");
        }
        catch (JsonException exception)
        {
            throw new TokenizerFormatException(
                path, $"line {exception.LineNumber + 1}", "the file is not JSON: " + exception.Message, exception);
        }
    }

    /// <summary>Reads a text file strictly as UTF-8; line ends become LF, a byte order mark stays.</summary>
    internal static string ReadText(string path)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(TokenizerFile.ReadAll(path))
                .Replace("\r\n", "\n").Replace('\r', '\n');
        }
        catch (DecoderFallbackException exception)
        {
            throw new TokenizerFormatException(path, $"byte {exception.Index}", "the file is not UTF-8", exception);
        }
    }
}
