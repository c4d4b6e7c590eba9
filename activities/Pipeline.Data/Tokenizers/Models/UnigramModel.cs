using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Models;

/// <summary>
/// The segmentation with the highest sum of log probabilities; unknown characters in a row become one token.
/// </summary>
internal sealed class UnigramModel : TokenModel
{
    private const double UnknownPenalty = 10;

    private readonly ByteTrie _trie = new();
    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly int[]? _byteIds;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    /// <summary>Creates a model.</summary>
    /// <param name="vocabulary">Pieces by id.</param>
    /// <param name="scores">Log probability of each piece by id.</param>
    /// <param name="unknownId">Id of unknown text, or -1.</param>
    /// <param name="byteFallback">Whether unknown text becomes byte tokens where all of them exist.</param>
    internal UnigramModel(Vocabulary vocabulary, double[] scores, int unknownId, bool byteFallback)
    {
        Vocabulary = vocabulary;
        UnknownId = unknownId;
        _scores = scores;
        _unknownScore = scores.Min() - UnknownPenalty;
        for (var id = 0; id < vocabulary.IdLimit; id++)
        {
            // A text that is listed twice has the last id, as in the reference.
            if (vocabulary.Text(id).Length > 0) _trie.Add(vocabulary.Text(id), id);
            _ids[System.Text.Encoding.UTF8.GetString(vocabulary.Text(id))] = id;
        }

        if (byteFallback) _byteIds = ByteTokens.Find(vocabulary);
    }

    internal override Vocabulary Vocabulary { get; }

    internal override int UnknownId { get; }

    internal override int Find(ReadOnlySpan<byte> text) =>
        _ids.TryGetValue(System.Text.Encoding.UTF8.GetString(text), out var id) ? id : -1;

    internal override void Tokenize(
        ReadOnlySpan<byte> word, TokenBuffer output, ModelWorkspace workspace, ControlIds? forbidden)
    {
        var path = workspace.Path;
        path.Reset(word.Length);
        for (var start = 0; start < word.Length;)
        {
            var character = CodePoints.Length(word[start]);
            if (!Extend(word, start, character, path, forbidden))
            {
                if (UnknownId < 0)
                    throw new FormatException(
                        "the text has a character that the vocabulary lacks, and the model has no unk_id");
                Offer(path, start, start + character, path.Scores[start] + _unknownScore, UnknownId);
            }

            start += character;
        }

        Emit(word, path, output, forbidden);
    }

    /// <summary>Offers every piece that starts here; true when one of them is the single character.</summary>
    private bool Extend(ReadOnlySpan<byte> word, int start, int character, BestPath path, ControlIds? forbidden)
    {
        var single = false;
        var node = 0;
        for (var at = start; at < word.Length;)
        {
            node = _trie.Step(node, word[at++]);
            if (node < 0) break;
            var id = _trie.Value(node);
            if (id < 0 || forbidden?.Contains(id) == true) continue;
            Offer(path, start, at, path.Scores[start] + _scores[id], id);
            single |= at - start == character;
        }

        return single;
    }

    private static void Offer(BestPath path, int start, int end, double score, int id)
    {
        if (path.Starts[end] >= 0 && score <= path.Scores[end]) return;
        path.Scores[end] = score;
        path.Starts[end] = start;
        path.Ids[end] = id;
    }

    private void Emit(ReadOnlySpan<byte> word, BestPath path, TokenBuffer output, ControlIds? forbidden)
    {
        // Follow the path backwards, turning starts into "next end" links, then read it forwards.
        var end = word.Length;
        var next = -1;
        while (end > 0)
        {
            var start = path.Starts[end];
            path.Starts[end] = next;
            (next, end) = (end, start);
        }

        for (var start = 0; next >= 0;)
        {
            var stop = next;
            var id = path.Ids[stop];
            next = path.Starts[stop];
            if (id == UnknownId)
            {
                while (next >= 0 && path.Ids[next] == UnknownId) (stop, next) = (next, path.Starts[next]);
                AddUnknown(word, start, stop, output, forbidden);
            }
            else
            {
                output.Add(id, start, stop);
            }

            start = stop;
        }
    }

    private void AddUnknown(ReadOnlySpan<byte> word, int start, int end, TokenBuffer output, ControlIds? forbidden)
    {
        var text = word[start..end];
        var value = System.Text.Encoding.UTF8.GetString(text);
        if (_ids.TryGetValue(value, out var id) && forbidden?.Contains(id) != true)
        {
            output.Add(id, start, end);
            return;
        }

        if (_byteIds is not null && HasAll(text))
        {
            foreach (var b in text) output.Add(_byteIds[b], start, end);
            return;
        }

        output.Add(UnknownId, start, end, value);
    }

    private bool HasAll(ReadOnlySpan<byte> text)
    {
        foreach (var b in text)
        {
            if (_byteIds![b] < 0) return false;
        }

        return true;
    }
}
