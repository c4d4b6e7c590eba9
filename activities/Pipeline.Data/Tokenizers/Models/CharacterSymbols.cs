using System.Collections.Concurrent;
using Pipeline.Data.Tokenizers.Unicode;

namespace Pipeline.Data.Tokenizers.Models;

/// <summary>
/// Characters of several bytes that merging always makes one token. Starting from that token instead of from the bytes
/// is exact when (1) ranks grow: each merge comes after the merges that make its parts, and (2) no half-merged edge of
/// the character can merge with its neighbours. The first is checked once, the second for each neighbour.
/// </summary>
internal sealed class CharacterSymbols
{
    private static readonly Entry Unusable = new(-1, new ulong[4], new ulong[4]);

    private readonly Entry?[] _basic = new Entry?[0x10000];
    private readonly ConcurrentDictionary<int, Entry> _others = new();
    private readonly Dictionary<int, ulong[]> _leftNeighbours = [];
    private readonly Dictionary<int, ulong[]> _rightNeighbours = [];
    private readonly MergeTable _merges;
    private readonly int[] _byteIds;

    internal CharacterSymbols(MergeTable merges, int[] byteIds, Vocabulary raw)
    {
        (_merges, _byteIds) = (merges, byteIds);
        foreach (var (left, right) in merges.Pairs())
        {
            if (!raw.Contains(left) || !raw.Contains(right)) continue;
            var leftText = raw.Text(left);
            var rightText = raw.Text(right);
            if (IsHead(rightText)) Mark(_leftNeighbours, right, leftText[^1]);
            if (IsTail(leftText)) Mark(_rightNeighbours, left, rightText[0]);
        }
    }

    /// <summary>
    /// The token of a character between two neighbours, or -1 when its bytes have to be merged one by one.
    /// </summary>
    /// <param name="codePoint">A character of more than one byte.</param>
    /// <param name="before">The byte before it, or -1.</param>
    /// <param name="after">The byte after it, or -1.</param>
    internal int Find(int codePoint, int before, int after)
    {
        var entry = codePoint < _basic.Length
            ? _basic[codePoint] ??= Build(codePoint)
            : _others.TryGetValue(codePoint, out var found) ? found : _others[codePoint] = Build(codePoint);
        if (before >= 0 && ((entry.Left[before >> 6] >> (before & 63)) & 1) != 0) return -1;
        if (after >= 0 && ((entry.Right[after >> 6] >> (after & 63)) & 1) != 0) return -1;
        return entry.Id;
    }

    /// <summary>Merges a character alone and collects what its half-merged edges could merge with.</summary>
    private Entry Build(int codePoint)
    {
        Span<byte> buffer = stackalloc byte[4];
        var symbols = new List<int>();
        foreach (var b in buffer[..CodePoints.Encode(codePoint, buffer)]) symbols.Add(_byteIds[b]);
        var (left, right) = (new ulong[4], new ulong[4]);
        while (symbols.Count > 1)
        {
            Add(left, _leftNeighbours, symbols[0]);
            Add(right, _rightNeighbours, symbols[^1]);
            var (best, at) = (MergeTable.None, -1);
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                var rank = _merges.Rank(symbols[i], symbols[i + 1]);
                if (rank < best) (best, at) = (rank, i);
            }

            if (at < 0) return Unusable;
            symbols[at] = _merges.Result(best);
            symbols.RemoveAt(at + 1);
        }

        return new Entry(symbols[0], left, right);
    }

    private static void Add(ulong[] bits, Dictionary<int, ulong[]> neighbours, int token)
    {
        if (!neighbours.TryGetValue(token, out var more)) return;
        for (var i = 0; i < bits.Length; i++) bits[i] |= more[i];
    }

    private static void Mark(Dictionary<int, ulong[]> neighbours, int token, byte value)
    {
        if (!neighbours.TryGetValue(token, out var bits)) neighbours[token] = bits = new ulong[4];
        bits[value >> 6] |= 1UL << (value & 63);
    }

    /// <summary>Whether a token is the beginning of one character.</summary>
    private static bool IsHead(ReadOnlySpan<byte> text) =>
        text.Length > 0 && text[0] >= 0xC2 && text.Length < CodePoints.Length(text[0])
            && !text[1..].ContainsAnyExceptInRange((byte)0x80, (byte)0xBF);

    /// <summary>Whether a token is the end of one character.</summary>
    private static bool IsTail(ReadOnlySpan<byte> text) =>
        text.Length < 4 && !text.ContainsAnyExceptInRange((byte)0x80, (byte)0xBF);

    private sealed record Entry(int Id, ulong[] Left, ulong[] Right);
}
