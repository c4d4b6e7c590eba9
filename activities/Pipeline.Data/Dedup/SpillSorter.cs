using System.Buffers.Binary;
using System.Numerics;
using Pipeline.Faults;

namespace Pipeline.Data.Dedup;

/// <summary>
/// Sorts (key, document) pairs within a memory budget; when it is full, a sorted run goes to disk, and runs are merged
/// at the end.
/// </summary>
/// <remarks>
/// Pairs lie in blocks by the first byte of their key, 12 bytes each and never copied; only one of the 256 parts is
/// laid out to be sorted. Blocks are cut from slabs so large that the heap never moves them.
/// </remarks>
internal sealed class SpillSorter : IDisposable
{
    public const int RecordBytes = 12;
    private const int Parts = 256;
    private const int BlockRecords = 256;
    private const int SlabBlocks = 1024;
    private const int MostBits = 12;
    private const int SmallGroup = 24;
    // One of the parts lies in memory twice while it is sorted, and a block a part is half empty.
    private const int BytesWithSlack = RecordBytes + 1;
    private readonly string _folder;
    private readonly long _budget;
    private readonly Func<long> _others;
    private long _capacity;
    private readonly List<string> _runs = [];
    private readonly List<(ulong[] Keys, int[] Items)> _slabs = [];
    private readonly List<int>[] _parts = new List<int>[Parts];
    private readonly Cursor[] _open = new Cursor[Parts];
    private int _blocks;
    private readonly int[] _starts = new int[(1 << MostBits) + 1];
    private (ulong[] Keys, int[] Items) _part = ([], []);
    private long _count;

    /// <param name="folder">Where runs are written; created when needed.</param>
    /// <param name="budgetBytes">Memory for the pairs.</param>
    /// <param name="others">What else counts towards the budget by now, asked after each run.</param>
    public SpillSorter(string folder, long budgetBytes, Func<long>? others = null)
    {
        (_folder, _budget, _others) = (folder, budgetBytes, others ?? (() => 0));
        _capacity = Math.Max(4096, _budget / BytesWithSlack);
        for (var part = 0; part < Parts; part++)
        {
            _parts[part] = [];
        }
    }

    /// <summary>Number of runs on disk.</summary>
    public int Runs => _runs.Count;

    /// <summary>Pairs added.</summary>
    public long Total { get; private set; }

    public void Add(ulong key, int item)
    {
        if (_count == _capacity)
        {
            Spill();
        }

        var part = (int)(key >> 56);
        ref var open = ref _open[part];
        if (open.Next == open.End)
        {
            Open(part);
        }

        open.Keys[open.Next] = key;
        open.Items[open.Next++] = item;
        _count++;
        Total++;
    }

    /// <summary>All pairs, keys ascending; items of one key come in no set order. May be called again.</summary>
    public IEnumerable<(ulong Key, int Item)> Sorted() => _runs.Count == 0 ? Buffer() : Merge();

    /// <summary>
    /// The pairs grouped by key, keys ascending; the list is reused. Nearly all keys stand alone, and are passed over
    /// at little cost where only larger groups are asked for.
    /// </summary>
    /// <param name="least">Size of the smallest group that is wanted.</param>
    public IEnumerable<(ulong Key, List<int> Items)> GroupsOf(int least) =>
        _runs.Count == 0 ? BufferGroups(least) : Groups.Of(Merge()).Where(group => group.Items.Count >= least);

    public void Dispose() => Release();

    /// <summary>Forgets the pairs and gives their memory and files back.</summary>
    public void Release()
    {
        foreach (var run in _runs)
        {
            File.Delete(run);
        }

        _runs.Clear();
        Empty();
        _slabs.Clear();
        _part = ([], []);
    }

    private IEnumerable<(ulong Key, int Item)> Buffer()
    {
        for (var part = 0; part < Parts; part++)
        {
            var count = Sort(part);
            for (var i = 0; i < count; i++)
            {
                yield return (_part.Keys[i], _part.Items[i]);
            }
        }
    }

    private IEnumerable<(ulong Key, List<int> Items)> BufferGroups(int least)
    {
        var items = new List<int>();
        for (var part = 0; part < Parts; part++)
        {
            var count = Sort(part);
            for (var start = 0; start < count;)
            {
                var end = GroupEnd(start, count);
                if (end - start >= least)
                {
                    items.Clear();
                    items.AddRange(_part.Items.AsSpan(start, end - start));
                    yield return (_part.Keys[start], items);
                }

                start = end;
            }
        }
    }

    private int GroupEnd(int start, int count)
    {
        var keys = _part.Keys;
        var end = start + 1;
        while (end < count && keys[end] == keys[start])
        {
            end++;
        }

        return end;
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
            while (queue.TryPeek(out var source, out _))
            {
                yield return source.Current;
                if (source.MoveNext())
                {
                    queue.DequeueEnqueue(source, source.Current.Key);
                }
                else
                {
                    queue.Dequeue();
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
        Directory.CreateDirectory(_folder);
        var path = Path.Combine(_folder, $".run-{Guid.NewGuid():N}.tmp");
        using (var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20))
        {
            Span<byte> record = stackalloc byte[RecordBytes];
            foreach (var (key, item) in Buffer())
            {
                BinaryPrimitives.WriteUInt64LittleEndian(record, key);
                BinaryPrimitives.WriteInt32LittleEndian(record[8..], item);
                stream.Write(record);
            }
        }

        _runs.Add(path);
        Empty();
        _capacity = Math.Max(4096, (_budget - _others()) / BytesWithSlack);
        var slabs = (int)(_capacity / (BlockRecords * SlabBlocks)) + 1;
        _slabs.RemoveRange(Math.Min(slabs, _slabs.Count), Math.Max(0, _slabs.Count - slabs));
    }

    private void Open(int part)
    {
        if (_blocks / SlabBlocks == _slabs.Count)
        {
            _slabs.Add((new ulong[BlockRecords * SlabBlocks], new int[BlockRecords * SlabBlocks]));
        }

        var (keys, items, start) = Block(_blocks);
        _open[part] = new Cursor { Keys = keys, Items = items, Next = start, End = start + BlockRecords };
        _parts[part].Add(_blocks++);
    }

    private (ulong[] Keys, int[] Items, int Start) Block(int block)
    {
        var (keys, items) = _slabs[block / SlabBlocks];
        return (keys, items, block % SlabBlocks * BlockRecords);
    }

    private void Empty()
    {
        for (var part = 0; part < Parts; part++)
        {
            _parts[part].Clear();
        }

        Array.Clear(_open);
        (_count, _blocks) = (0, 0);
    }

    public static IEnumerable<(ulong Key, int Item)> ReadRun(string path, long offset = 0, long records = long.MaxValue)
    {
        using var stream =
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 18, FileOptions.SequentialScan);
        stream.Position = offset;
        var record = new byte[RecordBytes];
        for (var i = 0L; i < records && stream.ReadAtLeast(record, RecordBytes, throwOnEndOfStream: false)
            == RecordBytes; i++)
        {
            yield return (BinaryPrimitives.ReadUInt64LittleEndian(record),
                BinaryPrimitives.ReadInt32LittleEndian(record.AsSpan(8)));
        }
    }

    /// <summary>
    /// Lays one part out by the next bits of the keys, about four keys to a group, and sorts each group; returns its
    /// length.
    /// </summary>
    private int Sort(int part)
    {
        var blocks = _parts[part];
        var total = blocks.Count == 0 ? 0 : (blocks.Count * BlockRecords) - (_open[part].End - _open[part].Next);
        if (_part.Keys.Length < total)
        {
            _part = (new ulong[total + (total / 4)], new int[total + (total / 4)]);
        }

        var bits = Math.Clamp(BitOperations.Log2((uint)Math.Max(total, 1)) - 2, 0, MostBits);
        var shift = 56 - bits;
        var starts = _starts.AsSpan(0, (1 << bits) + 1);
        starts.Clear();
        for (var block = 0; block < blocks.Count; block++)
        {
            var (from, _, first) = Block(blocks[block]);
            foreach (var key in from.AsSpan(first, Math.Min(BlockRecords, total - (block * BlockRecords))))
            {
                starts[Group(key, shift) + 1]++;
            }
        }

        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }

        var (keys, items) = _part;
        for (var block = 0; block < blocks.Count; block++)
        {
            var (from, of, first) = Block(blocks[block]);
            var last = first + Math.Min(BlockRecords, total - (block * BlockRecords));
            for (var i = first; i < last; i++)
            {
                var at = starts[Group(from[i], shift)]++;
                (keys[at], items[at]) = (from[i], of[i]);
            }
        }

        // Each start has moved on to the end of its group by now.
        var start = 0;
        foreach (var end in starts[..^1])
        {
            SortGroup(start, end);
            start = end;
        }

        return total;
    }

    // The first byte chose the part; of the others the leading bits count.
    private static int Group(ulong key, int shift) => (int)((key & (ulong.MaxValue >> 8)) >> shift);

    /// <summary>Few keys are sorted by insertion, at less than a call to the general sort costs.</summary>
    private void SortGroup(int start, int end)
    {
        var (keys, items) = _part;
        if (end - start > SmallGroup)
        {
            Array.Sort(keys, items, start, end - start);
            return;
        }

        for (var i = start + 1; i < end; i++)
        {
            var (key, item, at) = (keys[i], items[i], i);
            for (; at > start && keys[at - 1] > key; at--)
            {
                (keys[at], items[at]) = (keys[at - 1], items[at - 1]);
            }

            (keys[at], items[at]) = (key, item);
        }
    }

    private struct Cursor
    {
        public ulong[] Keys;
        public int[] Items;
        public int Next;
        public int End;
    }
}
