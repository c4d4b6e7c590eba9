using System.Text.Json;

namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>The model section of a file: small fields parsed, the places of the two large ones remembered.</summary>
internal sealed class ModelSource(string source)
{
    internal Dictionary<string, JsonPart> Fields { get; } = new(StringComparer.Ordinal);

    internal Range Vocabulary { get; private set; }

    internal Range Merges { get; private set; }

    internal bool HasVocabulary { get; private set; }

    internal bool HasMerges { get; private set; }

    internal bool IsVocabularyArray { get; private set; }

    internal JsonPart this[string name] =>
        Fields.GetValueOrDefault(name, new JsonPart(default, source, "model." + name));

    internal static ModelSource Read(ref Utf8JsonReader reader, string source)
    {
        var model = new ModelSource(source);
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new TokenizerFormatException(source, "model", "an object is expected");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString() ?? "";
            reader.Read();
            if (model.Fields.ContainsKey(name) || (name == "vocab" && model.HasVocabulary)
                || (name == "merges" && model.HasMerges))
            {
                throw new TokenizerFormatException(source, "model." + name, "the field is there twice");
            }

            switch (name)
            {
                case "vocab":
                    model.IsVocabularyArray = reader.TokenType == JsonTokenType.StartArray;
                    (model.Vocabulary, model.HasVocabulary) = (Skip(ref reader), true);
                    break;
                case "merges":
                    (model.Merges, model.HasMerges) = (Skip(ref reader), true);
                    break;
                default:
                    model.Fields[name] = new JsonPart(JsonElement.ParseValue(ref reader), source, "model." + name);
                    break;
            }
        }

        return model;
    }

    internal TokenizerFormatException Error(string field, string reason, Exception? inner = null) =>
        new(source, field.Length == 0 ? "model" : $"model.{field}", reason, inner);

    private static Range Skip(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return start..(int)reader.BytesConsumed;
    }
}
