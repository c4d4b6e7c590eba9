using Microsoft.ML.Tokenizers;
using Pipeline.Data.Tokenizers.Loading;
using Pipeline.Data.Tokenizers.Models;

namespace Pipeline.Data.Tokenizers;

/// <summary>
/// A tokenizer read from a <c>tokenizer.json</c>, a SentencePiece <c>tokenizer.model</c> or a model directory. Ids,
/// offsets and decoded text are those of the reference library. Instances are immutable and safe for many threads.
/// </summary>
public sealed partial class HuggingFaceTokenizer : Tokenizer
{
    private readonly TokenizerParts _parts;
    private readonly TextEncoder _encoder;
    private readonly TextDecoder _decoder;
    private readonly ControlIds _control;
    private readonly int[] _prefixIds;
    private readonly int[] _suffixIds;

    internal HuggingFaceTokenizer(TokenizerParts parts, TruncationOptions? truncation, PaddingOptions? padding)
    {
        _parts = parts;
        Truncation = truncation;
        Padding = padding;
        VocabularySize = parts.Added.Tokens.Keys.Count(id => !parts.Model.Vocabulary.Contains(id))
            + parts.Model.Vocabulary.Count;
        IdLimit = Math.Max(
            parts.Model.Vocabulary.IdLimit, parts.Added.Tokens.Keys.Select(id => id + 1).DefaultIfEmpty().Max());
        var unknown = parts.Model.UnknownId;
        _control = new ControlIds(IdLimit, parts.Added.Tokens.Values
            .Where(token => token.Id != unknown && (parts.Model as ByteLevelBpeModel)?.IsByte(token.Id) != true
                && !parts.Added.IsAllowed(token, AddedTokenParsing.UserText))
            .Select(token => token.Id));
        _encoder = new TextEncoder(parts, _control);
        _decoder = new TextDecoder(parts);
        (_prefixIds, _suffixIds) = TemplateIds(parts);
    }

    private HuggingFaceTokenizer(HuggingFaceTokenizer other, TruncationOptions? truncation, PaddingOptions? padding)
    {
        (_parts, _encoder, _decoder, _control) = (other._parts, other._encoder, other._decoder, other._control);
        (_prefixIds, _suffixIds) = (other._prefixIds, other._suffixIds);
        (VocabularySize, IdLimit) = (other.VocabularySize, other.IdLimit);
        (Truncation, Padding) = (truncation, padding);
    }

    /// <summary>Number of tokens, added ones included.</summary>
    public int VocabularySize { get; }

    /// <summary>Number of tokens of the model alone.</summary>
    public int ModelVocabularySize => _parts.Model.Vocabulary.Count;

    /// <summary>One more than the highest id. A model's embedding needs at least this many rows.</summary>
    public int IdLimit { get; }

    /// <summary>Added tokens by id.</summary>
    public IReadOnlyDictionary<int, AddedToken> AddedTokens => _parts.Added.Tokens;

    /// <summary>How <see cref="EncodeDetailed(string, string?, bool, AddedTokenParsing, OffsetUnit)"/> cuts.</summary>
    /// <value>What the file says; null for no limit.</value>
    public TruncationOptions? Truncation { get; }

    /// <summary>How <see cref="EncodeDetailed(string, string?, bool, AddedTokenParsing, OffsetUnit)"/> pads.</summary>
    /// <value>What the file says; null for no padding.</value>
    public PaddingOptions? Padding { get; }

    internal TokenizerParts Parts => _parts;

    /// <summary>What the file's template puts before a text, such as the start-of-text token.</summary>
    internal ReadOnlySpan<int> PrefixIds => _prefixIds;

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="path">A <c>tokenizer.json</c>, a SentencePiece model, or a directory with one of them.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="TokenizerFormatException">The file is malformed; the message names the place.</exception>
    public static HuggingFaceTokenizer Load(string path) =>
        Directory.Exists(path) ? PretrainedTokenizer.Load(path).Tokenizer : TokenizerFile.Load(path);

    /// <summary>Reads the text of a <c>tokenizer.json</c>.</summary>
    /// <param name="utf8">The file's bytes.</param>
    /// <param name="source">Name for messages.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="TokenizerFormatException">The text is malformed; the message names the place.</exception>
    public static HuggingFaceTokenizer FromJson(ReadOnlySpan<byte> utf8, string source = "tokenizer.json") =>
        TokenizerJsonReader.Read(utf8, source, []);

    /// <summary>The same tokenizer with other limits; tables and caches are shared.</summary>
    /// <param name="truncation">Limits, or null for none.</param>
    /// <param name="padding">Padding, or null for none.</param>
    /// <returns>A new instance.</returns>
    public HuggingFaceTokenizer With(TruncationOptions? truncation, PaddingOptions? padding) =>
        new(this, truncation, padding);

    /// <summary>The id of a token text as it stands in the file.</summary>
    /// <param name="token">Token text, such as <c>&lt;|im_end|&gt;</c>.</param>
    /// <returns>The id, or null when there is no such token.</returns>
    public int? TokenToId(string token)
    {
        var id = _parts.Added.Find(token);
        if (id < 0) id = _parts.Model.Find(System.Text.Encoding.UTF8.GetBytes(token));
        return id < 0 ? null : id;
    }

    /// <summary>The text of a token as it stands in the file.</summary>
    /// <param name="id">Token id.</param>
    /// <returns>The text, or null when the id has no token.</returns>
    public string? IdToToken(int id) => _decoder.TokenText(id);

    /// <summary>
    /// Whether an id steers a model: a special token, or an added token that is more than white space. Text encoded
    /// with
    /// <see cref="AddedTokenParsing.UserText"/> never holds one.
    /// </summary>
    /// <param name="id">Token id.</param>
    /// <returns>True for control ids; the id for unknown text is not one.</returns>
    public bool IsControl(int id) => _control.Contains(id);

    private static (int[] Prefix, int[] Suffix) TemplateIds(TokenizerParts parts)
    {
        if (parts.PostProcessor is null) return ([], []);
        var probe = new TokenEncoding();
        probe.Add(-1, "", 0, default, 0, 0);
        var ids = parts.PostProcessor.Process([probe], addSpecialTokens: true).SelectMany(part => part.Ids).ToArray();
        var at = Array.IndexOf(ids, -1);
        return at < 0 ? (ids, []) : (ids[..at], ids[(at + 1)..]);
    }
}
