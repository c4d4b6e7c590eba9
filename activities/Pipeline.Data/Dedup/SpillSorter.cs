using System.Buffers.Binary;
using Pipeline.Faults;

namespace Pipeline.Data.Dedup;

/// <summary>Sorts (key, document) pairs within a memory budget; full buffers become sorted runs on disk that are merged at the end.</summary>
internal sealed class SpillSorter : IDisposable
{
    public const int RecordBytes = 12;
    private readonly string _folder;
    private readonly int _capacity;
    private readonly List<string> _runs = [];
    private ulong[] _keys;
    private int[] _items;
    private ulong[]? _sortedKeys;
    private int[]? _sortedItems;
    private int _count;

    /// <param name="folder">Where runs are written; created when needed.</param>
    /// <param name="budgetBytes">Memory for the buffers; sorting needs each pair twice.</param>
    public SpillSorter(string folder, long budgetBytes)
    {
        _folder = folder;
        _capacity = (int)Math.Clamp(budgetBytes / (2 * RecordBytes), 4096, 1 << 29);
        _keys = new ulong[Math.Min(_capacity, 1 << 16)];
        _items = new int[_keys.Length];
    }

    /// <summary>Number of runs on disk.</summary>
    public int Runs => _runs.Count;

    /// <summary>Pairs added.</summary>
    public long Total { get; private set; }

    public void Add(ulong key, int item)
    {
        if (_count == _keys.Length)
        {
            if (_count < _capacity)
            {
                var size = (int)Math.Min(_capacity, 2L * _count);
                Array.Resize(ref _keys, size);
                Array.Resize(ref _items, size);
            }
            else
            {
                Spill();
            }
        }

        (_keys[_count], _items[_count]) = (key, item);
        _count++;
        Total++;
        _sortedKeys = null;
    }

    /// <summary>All pairs, keys ascending; items of one key come in no set order. May be called again.</summary>
    public IEnumerable<(ulong Key, int Item)> Sorted()
    {
        SortBuffer();
        return _runs.Count == 0 ? Buffer() : Merge();
    }

    public void Dispose()
    {
        foreach (var run in _runs)
        {
            File.Delete(run);
        }

        _runs.Clear();
    }

    private IEnumerable<(ulong Key, int Item)> Buffer()
    {
        for (var i = 0; i < _count; i++)
        {
            yield return (_sortedKeys![i], _sortedItems![i]);
        }
    }

    private IEnumerable<(ulong Key, int Item)> Merge()
    {
        var sources = _runs.Select(run => ReadRun(run).GetEnumerator()).Append(Buffer().GetEnumerator()).ToList();
        var queue = new PriorityQueue<IEnumerator<(ulong Key, int Item)>, ulong>();
        foreach (var source in sources.Where(source => source.MoveNext()))
        {
            queue.Enqueue(source, source.Current.Key);
        }

        try
        {
            while (queue.TryDequeue(out var source, out _))
            {
                yield return source.Current;
                if (source.MoveNext())
                {
                    queue.Enqueue(source, source.Current.Key);
                }
            }
        }
        finally
        {
            sources.ForEach(source => source.Dispose());
        }
    }

    private void Spill()
    {
        FaultPoint.Hit("dedup.spill");
        SortBuffer();
        Directory.CreateDirectory(_folder);
        var path = Path.Combine(_folder, $".run-{Guid.NewGuid():N}.tmp");
        using (var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20))
        {
            Span<byte> record = stackalloc byte[RecordBytes];
            for (var i = 0; i < _count; i++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(record, _sortedKeys![i]);
                BinaryPrimitives.WriteInt32LittleEndian(record[8..], _sortedItems![i]);
                stream.Write(record);
            }
        }

        _runs.Add(path);
        _count = 0;
        _sortedKeys = null;
    }

    public static IEnumerable<(ulong Key, int Item)> ReadRun(string path, long offset = 0, long records = long.MaxValue)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 18, FileOptions.SequentialScan);
        stream.Position = offset;
        var record = new byte[RecordBytes];
        for (var i = 0L; i < records && stream.ReadAtLeast(record, RecordBytes, throwOnEndOfStream: false) == RecordBytes; i++)
        {
            yield return (BinaryPrimitives.ReadUInt64LittleEndian(record), BinaryPrimitives.ReadInt32LittleEndian(record.AsSpan(8)));
        }
    }

    /// <summary>One scatter by the top bits, then a sort of each part, which fits the cache.</summary>
    private void SortBuffer()
    {
        if (_sortedKeys is not null)
        {
            return;
        }

        const int Bits = 11;
        var starts = new int[(1 << Bits) + 1];
        for (var i = 0; i < _count; i++)
        {
            starts[(_keys[i] >> (64 - Bits)) + 1]++;
        }

        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }

        var (keys, items, next) = (GC.AllocateUninitializedArray<ulong>(_count), GC.AllocateUninitializedArray<int>(_count), (int[])starts.Clone());
        for (var i = 0; i < _count; i++)
        {
            var at = next[_keys[i] >> (64 - Bits)]++;
            (keys[at], items[at]) = (_keys[i], _items[i]);
        }

        for (var i = 0; i + 1 < starts.Length; i++)
        {
            Array.Sort(keys, items, starts[i], starts[i + 1] - starts[i]);
        }

        (_sortedKeys, _sortedItems) = (keys, items);
    }
}
