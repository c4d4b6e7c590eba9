namespace Pipeline.Data.Tokenizers.Models;

/// <summary>Turns one word (a piece that pre-tokenization left) into tokens. Safe for use by many threads.</summary>
internal abstract class TokenModel
{
    internal abstract Vocabulary Vocabulary { get; }

    /// <summary>The id of a token text as it is written in the file, or -1.</summary>
    internal virtual int Find(ReadOnlySpan<byte> text) => Vocabulary.Find(text);

    /// <summary>Text of a token as it is written in the file.</summary>
    internal virtual string TextOf(int id) => System.Text.Encoding.UTF8.GetString(Vocabulary.Text(id));

    /// <summary>The id for unknown text, or -1.</summary>
    internal abstract int UnknownId { get; }

    /// <summary>Appends the tokens of a word.</summary>
    /// <param name="word">Never empty.</param>
    /// <param name="output">Receives tokens with byte ranges relative to the word.</param>
    /// <param name="workspace">Scratch memory and caches of the calling thread.</param>
    /// <param name="forbidden">Ids that text must not produce, or null.</param>
    internal abstract void Tokenize(
        ReadOnlySpan<byte> word, TokenBuffer output, ModelWorkspace workspace, ControlIds? forbidden);
}
