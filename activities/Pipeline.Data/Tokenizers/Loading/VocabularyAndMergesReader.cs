using System.Text;
using Pipeline.Data.Tokenizers.Decoders;
using Pipeline.Data.Tokenizers.Models;
using Pipeline.Data.Tokenizers.Normalizers;
using Pipeline.Data.Tokenizers.PostProcessors;
using Pipeline.Data.Tokenizers.PreTokenizers;

namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>Reads the older pair of files of GPT-2's family: <c>vocab.json</c> and <c>merges.txt</c>.</summary>
internal static class VocabularyAndMergesReader
{
    internal static HuggingFaceTokenizer Read(string directory, IReadOnlyList<AddedToken> tokens)
    {
        var path = Path.Combine(directory, "vocab.json");
        var bytes = TokenizerFile.ReadAll(path);
        Vocabulary vocabulary;
        try
        {
            vocabulary = ModelReader.ReadVocabulary(bytes, new ModelSource(path));
        }
        catch (System.Text.Json.JsonException exception)
        {
            throw new TokenizerFormatException(
                path, $"line {exception.LineNumber + 1}", "the file is not JSON: " + exception.Message, exception);
        }

        var merges = ReadMerges(Path.Combine(directory, "merges.txt"), vocabulary);
        var model = ModelReader.Create(vocabulary, merges, new BpeOptions(), endsInBytes: true);
        var normalizer = new NormalizerChain([]);
        return new HuggingFaceTokenizer(
            new TokenizerParts(
                new AddedVocabulary(tokens, model, normalizer),
                normalizer,
                [new ByteLevelPreTokenizer(
                    addPrefixSpace: false, useRegex: true, mapBytes: model is not ByteLevelBpeModel)],
                model,
                new OffsetTrimmer(addPrefixSpace: true, trim: false),
                [new ByteLevelDecoder()]),
            null,
            null);
    }

    private static MergeTable ReadMerges(string path, Vocabulary vocabulary)
    {
        var builder = new MergeTableBuilder(vocabulary, []);
        var number = 0;
        foreach (var line in PretrainedTokenizerReader.ReadText(path).Split('\n'))
        {
            number++;
            if (line.Length == 0 || (number == 1 && line.StartsWith("#version", StringComparison.Ordinal))) continue;
            try
            {
                builder.AddLine(Encoding.UTF8.GetBytes(line));
            }
            catch (FormatException exception)
            {
                throw new TokenizerFormatException(path, $"line {number}", exception.Message, exception);
            }
        }

        return builder.Build();
    }
}
