using System.Buffers;
using Pipeline.Data.Tokenizers.Models;
using Pipeline.Data.Tokenizers.Normalizers;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers;

/// <summary>Finds added tokens in raw and in normalized text.</summary>
internal sealed class AddedVocabulary
{
    private readonly Dictionary<int, AddedToken> _byId = [];
    private readonly Dictionary<string, int> _byContent = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _shown = [];
    private readonly HashSet<string> _special = new(StringComparer.Ordinal);
    private readonly Matcher _raw;
    private readonly Matcher _normalized;

    internal AddedVocabulary(IEnumerable<AddedToken> tokens, TokenModel model, NormalizerChain normalizer)
    {
        var nextId = model.Vocabulary.Count;
        foreach (var token in tokens)
        {
            if (token.Content.Length == 0) continue;
            var isKnown = _byContent.TryGetValue(token.Content, out var known);
            if (isKnown && (token.Id == AddedToken.OnlyIfAbsent || _byId[known] with { Id = token.Id } == token))
                continue;

            // The id in the file is not trusted: the vocabulary's id wins, and a new token gets the next free one.
            var id = isKnown ? known : model.Find(System.Text.Encoding.UTF8.GetBytes(token.Content));
            if (id < 0)
            {
                id = nextId++;
                if (model.Vocabulary.Contains(id))
                {
                    throw new FormatException(
                        $"'{token.Content}' would get id {id}, which the model's vocabulary uses: its ids have gaps");
                }
            }

            if (token.Normalized && normalizer.Apply(token.Content) is var shown && shown != token.Content)
                _shown[id] = shown;
            _byContent[token.Content] = id;
            if (token.Special) _special.Add(token.Content);
            _byId[id] = token with { Id = id };
        }

        _raw = new Matcher(_byId.Values.Where(token => !token.Normalized), token => token.Content);
        _normalized = new Matcher(
            _byId.Values.Where(token => token.Normalized), token => _shown.GetValueOrDefault(token.Id, token.Content));
    }

    internal IReadOnlyDictionary<int, AddedToken> Tokens => _byId;

    internal bool HasNormalized => !_normalized.IsEmpty;

    internal int Find(string content) => _byContent.GetValueOrDefault(content, -1);

    /// <summary>The text that stands for an added token in results, or null.</summary>
    internal string? TextOf(int id) =>
        _byId.TryGetValue(id, out var token) ? _shown.GetValueOrDefault(id, token.Content) : null;

    /// <summary>Whether a token text is that of a special token.</summary>
    internal bool IsSpecial(string text) => _special.Contains(text);

    /// <summary>Splits a text at its added tokens.</summary>
    /// <param name="text">UTF-8, not empty.</param>
    /// <param name="normalized">Whether the text has been normalized.</param>
    /// <param name="parsing">Which tokens count.</param>
    /// <param name="pieces">Receives ranges with a token id, or -1 for text between tokens.</param>
    internal void Split(
        ReadOnlySpan<byte> text, bool normalized, AddedTokenParsing parsing, List<(int Start, int End, int Id)> pieces)
    {
        var matcher = normalized ? _normalized : _raw;
        var done = 0;
        for (var from = 0; matcher.TryFind(text, from, out var start, out var end, out var id);)
        {
            from = end;
            var token = _byId[id];
            if (parsing != AddedTokenParsing.All && !IsAllowed(token, parsing)) continue;
            if (token.SingleWord && (EndsWithWord(text[..start]) || StartsWithWord(text[end..]))) continue;
            var stop = end;
            if (token.LStrip) start = Math.Max(done, TrimEnd(text, start));
            if (token.RStrip) stop = TrimStart(text, end);
            if (done < start) pieces.Add((done, start, -1));
            pieces.Add((start, stop, id));
            done = stop;
        }

        if (done < text.Length) pieces.Add((done, text.Length, -1));
    }

    internal bool IsAllowed(AddedToken token, AddedTokenParsing parsing) => parsing switch
    {
        AddedTokenParsing.All => true,
        AddedTokenParsing.NotSpecial => !_special.Contains(token.Content),
        _ => !_special.Contains(token.Content) && token.Content.All(c => char.IsWhiteSpace(c) || c == '\u2581'),
    };

    private static bool EndsWithWord(ReadOnlySpan<byte> text) =>
        text.Length > 0 && CodePoints.IsWord(CodePoints.DecodeBefore(text, text.Length, out _));

    private static bool StartsWithWord(ReadOnlySpan<byte> text) =>
        text.Length > 0 && CodePoints.IsWord(CodePoints.Decode(text, 0, out _));

    private static int TrimEnd(ReadOnlySpan<byte> text, int end)
    {
        while (end > 0 && CodePoints.IsWhiteSpace(CodePoints.DecodeBefore(text, end, out var length))) end -= length;
        return end;
    }

    private static int TrimStart(ReadOnlySpan<byte> text, int start)
    {
        while (start < text.Length && CodePoints.IsWhiteSpace(CodePoints.Decode(text, start, out var length)))
            start += length;
        return start;
    }

    /// <summary>Leftmost-longest search for many texts.</summary>
    private sealed class Matcher
    {
        private readonly ByteTrie _trie = new();
        private readonly SearchValues<byte> _firstBytes;

        internal Matcher(IEnumerable<AddedToken> tokens, Func<AddedToken, string> text)
        {
            var first = new HashSet<byte>();
            foreach (var token in tokens)
            {
                var bytes = System.Text.Encoding.UTF8.GetBytes(text(token));
                if (bytes.Length == 0) continue;
                first.Add(bytes[0]);
                _trie.Add(bytes, token.Id, replace: false);
            }

            IsEmpty = first.Count == 0;
            _firstBytes = SearchValues.Create([.. first]);
        }

        internal bool IsEmpty { get; }

        internal bool TryFind(ReadOnlySpan<byte> text, int from, out int start, out int end, out int id)
        {
            for (start = from; start < text.Length; start++)
            {
                var skip = text[start..].IndexOfAny(_firstBytes);
                if (skip < 0) break;
                start += skip;
                end = 0;
                id = -1;
                var node = 0;
                for (var at = start; at < text.Length;)
                {
                    node = _trie.Step(node, text[at++]);
                    if (node < 0) break;
                    if (_trie.Value(node) >= 0) (end, id) = (at, _trie.Value(node));
                }

                if (id >= 0) return true;
            }

            start = end = 0;
            id = -1;
            return false;
        }
    }
}
