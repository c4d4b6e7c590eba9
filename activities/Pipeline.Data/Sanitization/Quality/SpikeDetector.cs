using System.Runtime.InteropServices;
using Pipeline.Data.Dedup;

namespace Pipeline.Data.Sanitization.Quality;

/// <summary>Counts in how many rows each run of three words occurs, and whether they all come from one source.</summary>
/// <remarks>
/// Lossy counting (Manku and Motwani 2002): rare runs are dropped now and then, so memory is bounded and a count is low by at
/// most the number of words seen divided by <see cref="Bucket"/>. Source of the threat: 250 documents are enough to plant a trigger
/// at any model size (Souly et al. 2025).
/// </remarks>
internal sealed class SpikeDetector(int rows)
{
    private const int Bucket = 200_000;
    private const double OneSource = 0.95;

    private readonly Dictionary<ulong, Entry> _runs = [];
    private readonly HashSet<ulong> _ofRow = [];
    private int _inBucket;
    private int _buckets = 1;

    public void Add(WordText text, string source)
    {
        if (rows == 0)
        {
            return;
        }

        _ofRow.Clear();
        for (var word = 0; word + 3 <= text.Count; word++)
        {
            var key = FastHash.Of(text.Slice(word, 3), 0x5917);
            if (!_ofRow.Add(key))
            {
                continue;
            }

            ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_runs, key, out var known);
            entry = known ? entry : new Entry { Source = source, Missed = _buckets - 1, Words = [.. text.Slice(word, 3)] };
            entry.Rows++;
            entry.Own += entry.Source == source ? 1 : 0;
            if (++_inBucket == Bucket)
            {
                Prune();
            }
        }
    }

    public IReadOnlyList<SpikeReport> Report(int sources) => sources < 2 || rows == 0 ? [] :
    [
        .. _runs.Values.Where(entry => entry.Own >= rows && entry.Own >= OneSource * entry.Rows)
            .OrderByDescending(entry => entry.Own).ThenBy(entry => System.Text.Encoding.UTF8.GetString(entry.Words), StringComparer.Ordinal)
            .Take(50)
            .Select(entry => new SpikeReport(System.Text.Encoding.UTF8.GetString(entry.Words), entry.Source, entry.Own)),
    ];

    private void Prune()
    {
        foreach (var (key, entry) in _runs)
        {
            if (entry.Rows + entry.Missed <= _buckets)
            {
                _runs.Remove(key);
            }
        }

        _buckets++;
        _inBucket = 0;
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Entry
    {
        public string Source;
        public byte[] Words;
        public int Rows;
        public int Own;
        public int Missed;
    }
}
