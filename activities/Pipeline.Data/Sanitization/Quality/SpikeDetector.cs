using System.Text;
using Pipeline.Data.Dedup;

namespace Pipeline.Data.Sanitization.Quality;

/// <summary>
/// Counts in how many rows each run of three words occurs, and whether they all come from one source.
/// </summary>
/// <remarks>
/// Lossy counting (Manku and Motwani 2002): rare runs are dropped now and then, so memory is bounded and a count is low
/// by at most the number of words seen divided by <see cref="Bucket"/>. Source of the threat: 250 documents are enough
/// to plant a trigger at any model size (Souly et al. 2025).
/// </remarks>
internal sealed class SpikeDetector(int rows)
{
    private const ulong Roll = 0x9E3779B97F4A7C15;
    private const ulong Seed = 0xA0761D6478BD642F;
    private const int Bucket = 200_000;
    private const double OneSource = 0.95;

    private readonly RunTable _runs = new();
    private readonly Dictionary<ulong, string> _words = [];
    private readonly Dictionary<string, int> _sources = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private ulong[] _hashes = new ulong[256];
    private ulong[] _ofRow = new ulong[256];
    private int[] _slots = new int[512];
    private int _inBucket;
    private int _buckets = 1;

    public void Add(WordText text, string source)
    {
        if (rows == 0)
        {
            return;
        }

        if (!_sources.TryGetValue(source, out var number))
        {
            _sources[source] = number = _names.Count;
            _names.Add(source);
        }

        var distinct = Distinct(text);
        _runs.Touch(_ofRow.AsSpan(0, distinct));
        for (var i = 0; i < distinct; i++)
        {
            ref var entry = ref _runs.Find(_ofRow[i]);
            if (entry.Rows == 0)
            {
                (entry.Source, entry.Missed) = (number, _buckets - 1);
            }

            entry.Rows++;
            // The words are only needed of runs that may be reported, and this row has them.
            if (entry.Source == number && ++entry.Own == rows)
            {
                _words[_ofRow[i]] = WordsOf(text, _ofRow[i]);
            }

            if (++_inBucket == Bucket)
            {
                _runs.Prune(_buckets);
                _buckets++;
                _inBucket = 0;
            }
        }
    }

    public IReadOnlyList<SpikeReport> Report(int sources) => sources < 2 || rows == 0 ? [] :
    [
        .. _words.Select(pair => (Words: pair.Value, Entry: _runs.Find(pair.Key)))
            .Where(run => run.Entry.Own >= rows && run.Entry.Own >= OneSource * run.Entry.Rows)
            .OrderByDescending(run => run.Entry.Own).ThenBy(run => run.Words, StringComparer.Ordinal)
            .Take(50)
            .Select(run => new SpikeReport(run.Words, _names[run.Entry.Source], run.Entry.Own)),
    ];

    // 0 stands for an empty entry.
    private ulong KeyOf(int word) =>
        Math.Max(1, (((_hashes[word] * Roll) + _hashes[word + 1]) * Roll) + _hashes[word + 2]);

    private string WordsOf(WordText text, ulong key)
    {
        var word = 0;
        while (KeyOf(word) != key)
        {
            word++;
        }

        return Encoding.UTF8.GetString(text.Slice(word, 3));
    }

    /// <summary>Collects the different runs of a row in order; returns their number.</summary>
    private int Distinct(WordText text)
    {
        var most = Math.Max(0, text.Count - 2);
        if (_hashes.Length < text.Count)
        {
            _hashes = new ulong[2 * text.Count];
        }

        text.HashWords(_hashes, Seed);
        if (_ofRow.Length < most)
        {
            (_ofRow, _slots) =
                (new ulong[2 * most], new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(4 * most))]);
        }

        // Only as much of the set as this row fills is cleared.
        var (mask, count) = ((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 2 * most)) - 1, 0);
        Array.Clear(_slots, 0, mask + 1);
        for (var word = 0; word < most; word++)
        {
            var key = KeyOf(word);
            var slot = (int)(key >> 40) & mask;
            while (_slots[slot] > 0 && _ofRow[_slots[slot] - 1] != key)
            {
                slot = (slot + 1) & mask;
            }

            if (_slots[slot] == 0)
            {
                _ofRow[count++] = key;
                _slots[slot] = count;
            }
        }

        return count;
    }
}
