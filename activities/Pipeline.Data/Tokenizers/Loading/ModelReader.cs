using System.Text;
using System.Text.Json;
using Pipeline.Data.Tokenizers.Models;

namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>Reads the model section of a tokenizer file.</summary>
internal static class ModelReader
{
    internal static TokenModel Read(ReadOnlySpan<byte> utf8, ModelSource source, bool endsInBytes)
    {
        if (!source.HasVocabulary) throw source.Error("vocab", "the field is missing");
        var type = source["type"].TextOrNull() ?? GuessType(source);
        switch (type)
        {
            case "BPE":
                return ReadBpe(utf8, source, endsInBytes);
            case "Unigram":
                return ReadUnigram(utf8[source.Vocabulary], source);
            case "WordPiece":
                return new WordPieceModel(
                    ReadVocabulary(utf8[source.Vocabulary], source),
                    source["unk_token"].TextOrNull() ?? "[UNK]",
                    Encoding.UTF8.GetBytes(source["continuing_subword_prefix"].TextOrNull() ?? "##"),
                    source["max_input_chars_per_word"].IntegerOrNull() ?? 100);
            case "WordLevel":
                return new WordLevelModel(
                    ReadVocabulary(utf8[source.Vocabulary], source), source["unk_token"].TextOrNull() ?? "<unk>");
            default:
                throw source.Error(
                    "type", $"the model type '{type}' is not known; BPE, Unigram, WordPiece and WordLevel are");
        }
    }

    private static string GuessType(ModelSource source)
    {
        if (source.HasMerges) return "BPE";
        if (source.IsVocabularyArray) return "Unigram";
        return source.Fields.ContainsKey("continuing_subword_prefix") ? "WordPiece" : "WordLevel";
    }

    private static BpeModel ReadBpe(ReadOnlySpan<byte> utf8, ModelSource source, bool endsInBytes)
    {
        if (!source["dropout"].IsNull && source["dropout"].Element is var dropout
            && (dropout.ValueKind != JsonValueKind.Number || dropout.GetDouble() != 0))
        {
            throw source.Error("dropout", "random dropout of merges is not supported; set it to null");
        }

        if (!source.HasMerges) throw source.Error("merges", "the field is missing");
        var vocabulary = ReadVocabulary(utf8[source.Vocabulary], source);
        var options = new BpeOptions
        {
            UnknownToken = source["unk_token"].TextOrNull(),
            ContinuingSubwordPrefix = source["continuing_subword_prefix"].TextOrNull() ?? "",
            EndOfWordSuffix = source["end_of_word_suffix"].TextOrNull() ?? "",
            FuseUnknown = source["fuse_unk"].Flag(false),
            ByteFallback = source["byte_fallback"].Flag(false),
            IgnoreMerges = source["ignore_merges"].Flag(false),
        };
        var merges = MergesReader.Read(utf8[source.Merges], source, vocabulary, options.ContinuingSubwordPrefix);
        return Create(vocabulary, merges, options, endsInBytes);
    }

    /// <summary>Makes the byte-level model where text reaches it as bytes and every byte has a token.</summary>
    internal static BpeModel Create(Vocabulary vocabulary, MergeTable merges, BpeOptions options, bool endsInBytes)
    {
        if (endsInBytes && options.ContinuingSubwordPrefix.Length == 0 && options.EndOfWordSuffix.Length == 0)
        {
            var model = new ByteLevelBpeModel(vocabulary, merges, options);
            if (model.HasAllBytes) return model;
        }

        return new BpeModel(vocabulary, merges, options);
    }

    internal static Vocabulary ReadVocabulary(ReadOnlySpan<byte> json, ModelSource source)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw source.Error("vocab", "an object of token texts and ids is expected");
        var builder = new VocabularyBuilder();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var length = reader.CopyString(builder.Reserve(reader.ValueSpan.Length));
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var id))
            {
                throw source.Error("vocab", $"token number {builder.Count} has an id that is not an integer");
            }

            try
            {
                builder.Commit(length, id);
            }
            catch (FormatException exception)
            {
                throw source.Error("vocab", exception.Message, exception);
            }
        }

        return builder.Build();
    }

    private static UnigramModel ReadUnigram(ReadOnlySpan<byte> json, ModelSource source)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw source.Error("vocab", "an array of [text, score] is expected");
        var builder = new VocabularyBuilder();
        var scores = new List<double>();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            var place = $"vocab[{scores.Count}]";
            if (!reader.Read() || reader.TokenType != JsonTokenType.String)
                throw source.Error(place, "[text, score] is expected");
            builder.Commit(reader.CopyString(builder.Reserve(reader.ValueSpan.Length)), scores.Count);
            if (!reader.Read() || reader.TokenType != JsonTokenType.Number)
                throw source.Error(place, "[text, score] is expected");
            scores.Add(ScoreParser.Parse(reader.ValueSpan));
            if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray)
                throw source.Error(place, "[text, score] is expected");
        }

        if (scores.Count == 0) throw source.Error("vocab", "the vocabulary is empty");
        var unknown = source["unk_id"].IntegerOrNull() ?? -1;
        if (unknown >= scores.Count) throw source.Error("unk_id", $"id {unknown} is outside the {scores.Count} tokens");
        return new UnigramModel(builder.Build(), [.. scores], unknown, source["byte_fallback"].Flag(false));
    }
}
