using System.Text;
using Pipeline.Data.Tokenizers.Decoders;
using Pipeline.Data.Tokenizers.Models;
using Pipeline.Data.Tokenizers.Normalizers;
using Pipeline.Data.Tokenizers.Patterns;
using Pipeline.Data.Tokenizers.PreTokenizers;

namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>Reads a SentencePiece model (unigram or BPE) straight from its protocol buffer.</summary>
internal static class SentencePieceReader
{
    private static readonly byte[] Marker = Encoding.UTF8.GetBytes("\u2581");

    internal static HuggingFaceTokenizer Read(
        ReadOnlySpan<byte> bytes, string source, IReadOnlyList<AddedToken> extraTokens)
    {
        try
        {
            return Build(SentencePieceModel.Parse(bytes), extraTokens);
        }
        catch (FormatException exception) when (exception is not TokenizerFormatException)
        {
            throw new TokenizerFormatException(source, "", exception.Message, exception);
        }
    }

    private static HuggingFaceTokenizer Build(SentencePieceModel file, IReadOnlyList<AddedToken> extraTokens)
    {
        var builder = new VocabularyBuilder();
        for (var id = 0; id < file.Pieces.Count; id++) builder.Add(Encoding.UTF8.GetBytes(file.Pieces[id].Text), id);
        var vocabulary = builder.Build();
        TokenModel model = file.IsBpe
            ? new BpeModel(vocabulary, Merges(file, vocabulary), new BpeOptions
            {
                UnknownToken = file.Pieces[file.UnknownId].Text,
                FuseUnknown = true,
                ByteFallback = file.ByteFallback,
            })
            : new UnigramModel(
                vocabulary, [.. file.Pieces.Select(piece => (double)piece.Score)], file.UnknownId, file.ByteFallback);
        var normalizer = new NormalizerChain([.. Normalizers(file)]);
        var added = file.Pieces.Select((piece, id) => (piece, id))
            .Where(item => item.piece.Kind is SentencePieceKind.Control or SentencePieceKind.Unknown
                or SentencePieceKind.UserDefined)
            .Select(item =>
                new AddedToken(item.id, item.piece.Text)
                {
                    Special = item.piece.Kind != SentencePieceKind.UserDefined,
                });
        return new HuggingFaceTokenizer(
            new TokenizerParts(
                new AddedVocabulary(added.Concat(extraTokens), model, normalizer),
                normalizer,
                [new MetaspacePreTokenizer(
                    Marker, file.AddDummyPrefix ? PrependScheme.Always : PrependScheme.Never, split: !file.IsBpe)],
                model,
                null,
                Decoders(file)),
            null,
            null);
    }

    private static IEnumerable<TextNormalizer> Normalizers(SentencePieceModel file)
    {
        if (file.CharacterMap.Length > 0) yield return new PrecompiledNormalizer(file.CharacterMap);
        if (!file.RemoveExtraSpaces) yield break;
        yield return new StripNormalizer(left: true, right: true);
        yield return new ReplaceNormalizer(PatternFactory.Regex(" {2,}"), " "u8.ToArray());
    }

    private static List<TokenDecoder> Decoders(SentencePieceModel file)
    {
        var steps = new List<TokenDecoder> { new ReplaceDecoder(PatternFactory.Literal("\u2581"), " ") };
        if (file.ByteFallback) steps.Add(new ByteFallbackDecoder());
        steps.Add(new FuseDecoder());
        if (file.AddDummyPrefix) steps.Add(new StripDecoder(' ', 1, 0));
        return steps;
    }

    /// <summary>
    /// A BPE model lists pieces with scores only: any two pieces that spell a third merge, the best score first.
    /// </summary>
    private static MergeTable Merges(SentencePieceModel file, Vocabulary vocabulary)
    {
        var merges = new List<(float Score, int Left, int Right, int Id)>();
        for (var id = 0; id < file.Pieces.Count; id++)
        {
            if (file.Pieces[id].Kind != SentencePieceKind.Normal) continue;
            var text = Encoding.UTF8.GetBytes(file.Pieces[id].Text);
            for (var cut = 1; cut < text.Length; cut++)
            {
                if ((text[cut] & 0xC0) == 0x80) continue;
                var left = vocabulary.Find(text.AsSpan(0, cut));
                var right = vocabulary.Find(text.AsSpan(cut));
                if (left >= 0 && right >= 0) merges.Add((file.Pieces[id].Score, left, right, id));
            }
        }

        var sorted = merges.OrderByDescending(merge => merge.Score).ThenBy(merge => merge.Left)
            .ThenBy(merge => merge.Right).ToList();
        return new MergeTable(
            [.. sorted.Select(merge => merge.Left)], [.. sorted.Select(merge => merge.Right)],
            [.. sorted.Select(merge => merge.Id)]);
    }
}
