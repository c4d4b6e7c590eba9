namespace Pipeline.Data.Tokenizers.Models;

/// <summary>One token for each word.</summary>
internal sealed class WordLevelModel(Vocabulary vocabulary, string unknownToken) : TokenModel
{
    internal override Vocabulary Vocabulary { get; } = vocabulary;

    internal override int UnknownId { get; } = vocabulary.Find(unknownToken);

    internal override void Tokenize(
        ReadOnlySpan<byte> word, TokenBuffer output, ModelWorkspace workspace, ControlIds? forbidden)
    {
        var id = Vocabulary.Find(word);
        if (id >= 0 && forbidden?.Contains(id) != true)
        {
            output.Add(id, 0, word.Length);
            return;
        }

        if (UnknownId < 0) throw new FormatException($"the unknown token '{unknownToken}' is not in the vocabulary");
        output.Add(UnknownId, 0, word.Length, unknownToken);
    }
}
