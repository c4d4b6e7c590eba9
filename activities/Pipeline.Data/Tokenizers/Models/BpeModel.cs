using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Models;

/// <summary>
/// Byte pair encoding over characters: the pair of the lowest rank merges first, the leftmost one of equals.
/// </summary>
internal class BpeModel : TokenModel
{
    private readonly BpeOptions _options;
    private readonly byte[] _prefix;
    private readonly byte[] _suffix;
    private readonly int[]? _byteIds;

    internal BpeModel(Vocabulary vocabulary, MergeTable merges, BpeOptions options)
    {
        (Vocabulary, Merges, _options) = (vocabulary, merges, options);
        _prefix = System.Text.Encoding.UTF8.GetBytes(options.ContinuingSubwordPrefix);
        _suffix = System.Text.Encoding.UTF8.GetBytes(options.EndOfWordSuffix);
        UnknownId = options.UnknownToken is null ? -1 : vocabulary.Find(options.UnknownToken);
        if (options.ByteFallback) _byteIds = ByteTokens.Find(vocabulary);
    }

    internal override Vocabulary Vocabulary { get; }

    internal override int UnknownId { get; }

    internal bool IgnoresMerges => _options.IgnoreMerges;

    protected MergeTable Merges { get; }

    internal override void Tokenize(
        ReadOnlySpan<byte> word, TokenBuffer output, ModelWorkspace workspace, ControlIds? forbidden)
    {
        if (_options.IgnoreMerges)
        {
            var id = FindWord(word);
            if (id >= 0 && forbidden?.Contains(id) != true)
            {
                output.Add(id, 0, word.Length);
                return;
            }
        }

        var symbols = workspace.Symbols;
        symbols.Reset(word.Length + 1);
        AddSymbols(word, symbols, forbidden);
        Merge(word, symbols, forbidden);
        var start = 0;
        for (var i = 0; i < symbols.Count; i++)
        {
            var end = start + symbols.Lengths[i];
            output.Add(symbols.Ids[i], start, end);
            start = end;
        }
    }

    /// <summary>Merges a word with the algorithm for long words, whatever its length.</summary>
    internal int[] TokenizeLong(ReadOnlySpan<byte> word) =>
        TokenizeWith(word, symbols => new LongMerger(symbols, Merges).Merge());

    /// <summary>Merges a word with the algorithm for short words, whatever its length.</summary>
    internal int[] TokenizeShort(ReadOnlySpan<byte> word) =>
        TokenizeWith(word, symbols => ShortMerger.Merge(symbols, Merges, keepLengths: true));

    private int[] TokenizeWith(ReadOnlySpan<byte> word, Action<SymbolList> merge)
    {
        var symbols = new SymbolList();
        symbols.Reset(word.Length + 1);
        AddSymbols(word, symbols, forbidden: null);
        SetRanks(word, symbols);
        symbols.Ranks[symbols.Count - 1] = MergeTable.None;
        merge(symbols);
        return symbols.Ids.AsSpan(0, symbols.Count).ToArray();
    }

    /// <summary>The id of a whole word, or -1.</summary>
    protected virtual int FindWord(ReadOnlySpan<byte> word) => Vocabulary.Find(word);

    /// <summary>Adds the symbols that merging starts from.</summary>
    protected virtual void AddSymbols(ReadOnlySpan<byte> word, SymbolList symbols, ControlIds? forbidden)
    {
        Span<byte> buffer = stackalloc byte[4 + 256];
        var affixes = _prefix.Length + _suffix.Length;
        if (affixes > 0) buffer = new byte[4 + affixes];
        var unknownLength = -1;
        for (var at = 0; at < word.Length;)
        {
            var length = CodePoints.Length(word[at]);
            var symbol = affixes == 0 ? word.Slice(at, length) : WithAffixes(word, at, length, buffer);
            at += length;
            var id = Vocabulary.Find(symbol);
            if (id >= 0 && forbidden?.Contains(id) != true)
            {
                FlushUnknown(symbols, ref unknownLength);
                symbols.Add(id, length);
            }
            else if (_byteIds is not null && HasBytes(symbol))
            {
                // The reference does not end a run of unknown characters here.
                foreach (var b in symbol) symbols.Add(_byteIds[b], 1);
            }
            else if (_options.UnknownToken is not null)
            {
                if (UnknownId < 0)
                {
                    throw new FormatException($"the unknown token '{_options.UnknownToken}' is not in the vocabulary");
                }

                if (unknownLength >= 0 && !_options.FuseUnknown) FlushUnknown(symbols, ref unknownLength);
                unknownLength = Math.Max(0, unknownLength) + length;
            }
        }

        FlushUnknown(symbols, ref unknownLength);
    }

    /// <summary>Sets the rank of each pair; the last symbol has none.</summary>
    protected virtual void SetRanks(ReadOnlySpan<byte> word, SymbolList symbols)
    {
        for (var i = 0; i + 1 < symbols.Count; i++) symbols.Ranks[i] = Merges.Rank(symbols.Ids[i], symbols.Ids[i + 1]);
    }

    private void Merge(ReadOnlySpan<byte> word, SymbolList symbols, ControlIds? forbidden)
    {
        if (symbols.Count < 2) return;
        MergeSymbols(word, symbols);
        if (forbidden?.ContainsAny(symbols.Ids.AsSpan(0, symbols.Count)) != true) return;

        // Some merge spells a control token: leave the word in its smallest symbols, which never do.
        symbols.Reset(word.Length + 1);
        AddSymbols(word, symbols, forbidden);
    }

    private void MergeSymbols(ReadOnlySpan<byte> word, SymbolList symbols)
    {
        SetRanks(word, symbols);
        symbols.Ranks[symbols.Count - 1] = MergeTable.None;
        if (symbols.Count <= ShortMerger.MaxSymbols) ShortMerger.Merge(symbols, Merges, keepLengths: true);
        else new LongMerger(symbols, Merges).Merge();
    }

    private void FlushUnknown(SymbolList symbols, ref int length)
    {
        if (length >= 0) symbols.Add(UnknownId, length);
        length = -1;
    }

    private ReadOnlySpan<byte> WithAffixes(ReadOnlySpan<byte> word, int at, int length, Span<byte> buffer)
    {
        var used = 0;
        if (at > 0)
        {
            _prefix.CopyTo(buffer);
            used = _prefix.Length;
        }

        word.Slice(at, length).CopyTo(buffer[used..]);
        used += length;
        if (at + length == word.Length)
        {
            _suffix.CopyTo(buffer[used..]);
            used += _suffix.Length;
        }

        return buffer[..used];
    }

    private bool HasBytes(ReadOnlySpan<byte> symbol)
    {
        foreach (var b in symbol)
        {
            if (_byteIds![b] < 0) return false;
        }

        return true;
    }
}
