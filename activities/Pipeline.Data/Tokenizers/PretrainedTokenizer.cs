using Pipeline.Data.Tokenizers.Loading;

namespace Pipeline.Data.Tokenizers;

/// <summary>A tokenizer together with what its model directory says about it.</summary>
public sealed record PretrainedTokenizer
{
    /// <summary>The tokenizer, tokens that only the configuration names included.</summary>
    public required HuggingFaceTokenizer Tokenizer { get; init; }

    /// <summary>Class name in the configuration, or null.</summary>
    public string? ClassName { get; init; }

    /// <summary>
    /// Special tokens by role: <c>bos_token</c>, <c>eos_token</c>, <c>pad_token</c>, <c>unk_token</c> and others.
    /// </summary>
    public required IReadOnlyDictionary<string, string> SpecialTokens { get; init; }

    /// <summary>Further special tokens without a role.</summary>
    public required IReadOnlyList<string> AdditionalSpecialTokens { get; init; }

    /// <summary>Chat templates by name; the plain one is called <c>default</c>.</summary>
    public required IReadOnlyDictionary<string, string> ChatTemplates { get; init; }

    /// <summary>The longest input in tokens, or null when none is declared.</summary>
    public int? ModelMaxLength { get; init; }

    /// <summary>Whether batches are padded in front.</summary>
    public bool PadsLeft { get; init; }

    /// <summary>Whether long inputs lose their start.</summary>
    public bool TruncatesLeft { get; init; }

    /// <summary>Whether decoded English is to lose its spaces before punctuation.</summary>
    public bool CleanUpTokenizationSpaces { get; init; }

    /// <summary>
    /// Reads <c>tokenizer.json</c> (or <c>tokenizer.model</c>, or <c>vocab.json</c> with <c>merges.txt</c>),
    /// <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c> and chat templates.
    /// </summary>
    /// <param name="directory">Model directory.</param>
    /// <returns>The tokenizer and its settings.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    /// <exception cref="TokenizerFormatException">A file is malformed, or there is no tokenizer; the message names file
    /// and place.</exception>
    public static PretrainedTokenizer Load(string directory) => PretrainedTokenizerReader.Read(directory);

    /// <summary>The id of a special token.</summary>
    /// <param name="role">Such as <c>eos_token</c>.</param>
    /// <returns>The id, or null when the role is not set.</returns>
    public int? SpecialTokenId(string role) =>
        SpecialTokens.TryGetValue(role, out var text) ? Tokenizer.TokenToId(text) : null;
}
