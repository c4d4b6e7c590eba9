using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Models;

/// <summary>Greedy longest-match-first tokens, as BERT has them.</summary>
internal sealed class WordPieceModel(Vocabulary vocabulary, string unknownToken, byte[] prefix, int maxCharacters)
    : TokenModel
{
    internal override Vocabulary Vocabulary { get; } = vocabulary;

    internal override int UnknownId { get; } = vocabulary.Find(unknownToken);

    internal override void Tokenize(
        ReadOnlySpan<byte> word, TokenBuffer output, ModelWorkspace workspace, ControlIds? forbidden)
    {
        if (CountCharacters(word) > maxCharacters || !TryMatch(word, output, workspace.Tokens, forbidden))
        {
            if (UnknownId < 0)
                throw new FormatException($"the unknown token '{unknownToken}' is not in the vocabulary");
            output.Add(UnknownId, 0, word.Length, unknownToken);
        }
    }

    private bool TryMatch(ReadOnlySpan<byte> word, TokenBuffer output, TokenBuffer found, ControlIds? forbidden)
    {
        found.Clear();
        var buffer = new byte[prefix.Length + word.Length];
        prefix.CopyTo(buffer, 0);
        for (var start = 0; start < word.Length;)
        {
            word[start..].CopyTo(buffer.AsSpan(prefix.Length));
            var head = start > 0 ? 0 : prefix.Length;
            var end = word.Length;
            var id = -1;
            while (end > start)
            {
                id = Vocabulary.Find(buffer.AsSpan(head, prefix.Length - head + end - start));
                if (id >= 0 && forbidden?.Contains(id) != true) break;
                id = -1;
                CodePoints.DecodeBefore(word, end, out var length);
                end -= length;
            }

            if (id < 0) return false;
            found.Add(id, start, end);
            start = end;
        }

        for (var i = 0; i < found.Count; i++) output.Add(found[i].Id, found[i].Start, found[i].End);
        return true;
    }

    private static int CountCharacters(ReadOnlySpan<byte> word)
    {
        var count = 0;
        foreach (var b in word)
        {
            if ((b & 0xC0) != 0x80) count++;
        }

        return count;
    }
}
