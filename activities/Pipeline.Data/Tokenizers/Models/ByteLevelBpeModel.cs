using System.Runtime.CompilerServices;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Models;

/// <summary>
/// Byte pair encoding on raw bytes: the printable stand-ins of the file are undone once at load time, so text needs no
/// mapping.
/// </summary>
internal sealed class ByteLevelBpeModel : BpeModel
{
    private readonly int[] _byteIds = new int[256];
    private readonly int[] _pairRanks = new int[256 * 256];

    internal ByteLevelBpeModel(Vocabulary vocabulary, MergeTable merges, BpeOptions options)
        : base(vocabulary, merges, options)
    {
        Raw = Decode(vocabulary);
        Span<byte> buffer = stackalloc byte[2];
        for (var b = 0; b < 256; b++)
        {
            _byteIds[b] = vocabulary.Find(buffer[..CodePoints.Encode(ByteAlphabet.ToCharacter((byte)b), buffer)]);
            HasAllBytes &= _byteIds[b] >= 0;
        }

        if (merges.RanksGrow && HasAllBytes) _characters = new CharacterSymbols(merges, _byteIds, Raw);
        for (var first = 0; first < 256; first++)
        {
            for (var second = 0; second < 256; second++)
            {
                _pairRanks[(first << 8) | second] = merges.Rank(_byteIds[first], _byteIds[second]);
            }
        }
    }

    private readonly CharacterSymbols? _characters;

    /// <summary>Whether each byte has a token; a file without that is read with the character model.</summary>
    internal bool HasAllBytes { get; } = true;

    /// <summary>
    /// Tokens as the bytes they stand for; tokens that are not spelled in the byte alphabet are absent.
    /// </summary>
    internal Vocabulary Raw { get; }

    /// <summary>Whether an id stands for a single byte, which any text may hold.</summary>
    internal bool IsByte(int id) => _byteIds.Contains(id);

    /// <summary>Appends the ids of a word, from the cache where it is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AppendIds(ReadOnlySpan<byte> word, IdList output, ModelWorkspace workspace)
    {
        if (word.Length > WordCache.MaxBytes)
        {
            AppendUncached(word, output, workspace);
            return;
        }

        var (low, high) = WordCache.Key(word);
        ref var entry = ref workspace.Cache.Slot(low, high, word.Length);
        if (entry.Holds(low, high, word.Length))
        {
            output.AddCached(ref entry);
            return;
        }

        var first = output.Count;
        AppendUncached(word, output, workspace);
        var ids = output.From(first);
        if (ids.Length > WordCache.MaxIds) return;
        (entry.Low, entry.High, entry.Length, entry.Count) = (low, high, (byte)word.Length, (byte)ids.Length);
        ids.CopyTo(entry.Ids);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AppendUncached(ReadOnlySpan<byte> word, IdList output, ModelWorkspace workspace)
    {
        if (IgnoresMerges)
        {
            var id = Raw.Find(word);
            if (id >= 0)
            {
                output.Add(id);
                return;
            }
        }

        if (word.Length > ShortMerger.MaxSymbols && TryMergeRuns(word, output)) return;
        var symbols = workspace.Symbols;
        symbols.Reset(word.Length + 1);
        if (_characters is not null && word.ContainsAnyInRange((byte)0xC2, (byte)0xF4))
        {
            AddCharacters(word, symbols, _characters);
            base.SetRanks(word, symbols);
        }
        else
        {
            AddSymbols(word, symbols, forbidden: null);
            SetRanks(word, symbols);
        }

        symbols.Ranks[symbols.Count - 1] = MergeTable.None;
        if (symbols.Count <= ShortMerger.MaxSymbols) ShortMerger.Merge(symbols, Merges, keepLengths: false);
        else new LongMerger(symbols, Merges).Merge();
        output.Add(symbols.Ids.AsSpan(0, symbols.Count));
    }

    /// <summary>Merges a long word by runs of equal bytes where that saves most of the work.</summary>
    private bool TryMergeRuns(ReadOnlySpan<byte> word, IdList output)
    {
        if (!Merges.RanksGrow) return false;
        var runs = 0;
        for (var at = 0; at < word.Length; runs++)
        {
            if (runs > word.Length / 16) return false;
            at += RunLength(word[at..]);
        }

        var merger = new RunMerger(Merges);
        for (var at = 0; at < word.Length;)
        {
            var length = RunLength(word[at..]);
            merger.Add(_byteIds[word[at]], length);
            at += length;
        }

        merger.Merge(output);
        return true;
    }

    private static int RunLength(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExcept(text[0]);
        return end < 0 ? text.Length : end;
    }

    /// <summary>Starts from whole characters where that is exact, from bytes elsewhere.</summary>
    private void AddCharacters(ReadOnlySpan<byte> word, SymbolList symbols, CharacterSymbols characters)
    {
        var ids = symbols.Ids;
        var count = 0;
        for (var at = 0; at < word.Length;)
        {
            var c = CodePoints.Decode(word, at, out var length);
            var end = at + length;
            var id = length == 1
                ? -1 : characters.Find(c, at > 0 ? word[at - 1] : -1, end < word.Length ? word[end] : -1);
            if (id >= 0)
            {
                ids[count++] = id;
                at = end;
                continue;
            }

            while (at < end) ids[count++] = _byteIds[word[at++]];
        }

        symbols.Count = count;
    }

    protected override int FindWord(ReadOnlySpan<byte> word) => Raw.Find(word);

    protected override void AddSymbols(ReadOnlySpan<byte> word, SymbolList symbols, ControlIds? forbidden)
    {
        var ids = symbols.Ids;
        for (var i = 0; i < word.Length; i++) ids[i] = _byteIds[word[i]];
        symbols.Lengths.AsSpan(0, word.Length).Fill(1);
        symbols.Count = word.Length;
    }

    protected override void SetRanks(ReadOnlySpan<byte> word, SymbolList symbols)
    {
        for (var i = 0; i + 1 < word.Length; i++) symbols.Ranks[i] = _pairRanks[(word[i] << 8) | word[i + 1]];
    }

    private static Vocabulary Decode(Vocabulary vocabulary)
    {
        var blob = new byte[TotalBytes(vocabulary)];
        var offsets = new int[vocabulary.IdLimit];
        var lengths = new int[vocabulary.IdLimit];
        var used = 0;
        for (var id = 0; id < offsets.Length; id++)
        {
            offsets[id] = -1;
            if (!vocabulary.Contains(id)
                || !ByteAlphabet.TryDecode(vocabulary.Text(id), blob.AsSpan(used), out var length)) continue;
            offsets[id] = used;
            lengths[id] = length;
            used += length;
        }

        return new Vocabulary(blob, offsets, lengths);
    }

    private static int TotalBytes(Vocabulary vocabulary)
    {
        var total = 0;
        for (var id = 0; id < vocabulary.IdLimit; id++)
            total += vocabulary.Contains(id) ? vocabulary.Text(id).Length : 0;
        return total;
    }
}
