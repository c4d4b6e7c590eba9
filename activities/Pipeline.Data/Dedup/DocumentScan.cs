using Pipeline.Data.Stages;
using Pipeline.Faults;

namespace Pipeline.Data.Dedup;

/// <summary>The first pass: reads rows in blocks, signs them on all workers and adds them in input order.</summary>
internal sealed class DocumentScan(
    DedupOptions options, MinHasher hasher, DocumentTable table, UnionFind sets, SpillSorter exact, SpillSorter bands)
    : IDisposable
{
    private const int BlockRows = 256;
    private const int BlockBytes = 4 << 20;
    private readonly ThreadLocal<DocumentSigner> _signers =
        new(() => new DocumentSigner(options, hasher), trackAllValues: true);
    private readonly List<RowLine> _rows = [];
    private readonly ByteBuffer _arena = new(1 << 20);
    private readonly string?[] _problems = new string?[BlockRows];
    private readonly ulong[] _exact = new ulong[BlockRows];
    private readonly bool[] _near = new bool[BlockRows];
    private readonly ulong[] _keys = new ulong[BlockRows * options.Bands.Bands];

    public void Run(RowFileReader reader, RowLedger rows, Quarantine quarantine, Action report,
        CancellationToken cancellationToken)
    {
        foreach (var row in reader.Read())
        {
            if (_rows.Count == BlockRows || _arena.Length + row.Utf8.Length > BlockBytes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Flush(rows, quarantine);
                report();
            }

            // The reader's buffer is reused, so the block keeps a copy.
            var start = _arena.Length;
            _arena.Add(row.Utf8.Span);
            _rows.Add(row with { Utf8 = _arena.Array.AsMemory(start, row.Utf8.Length) });
        }

        Flush(rows, quarantine);
        report();
    }

    public void Dispose()
    {
        foreach (var signer in _signers.Values)
        {
            signer.Dispose();
        }

        _signers.Dispose();
    }

    private void Flush(RowLedger rows, Quarantine quarantine)
    {
        FaultPoint.Hit("dedup.scan");
        if (options.Workers > 1)
        {
            Parallel.For(0, _rows.Count, new ParallelOptions { MaxDegreeOfParallelism = options.Workers }, Sign);
        }
        else
        {
            for (var i = 0; i < _rows.Count; i++)
            {
                Sign(i);
            }
        }

        for (var i = 0; i < _rows.Count; i++)
        {
            Add(i, rows, quarantine);
        }

        _rows.Clear();
        _arena.Clear();
    }

    private void Sign(int index)
    {
        var signer = _signers.Value!;
        _problems[index] = signer.Load(_rows[index].Utf8.Span);
        if (_problems[index] is null)
        {
            _exact[index] = signer.ExactKey;
            _near[index] = options.Near && signer.BandKeys(Keys(index));
        }
    }

    private Span<ulong> Keys(int index) => _keys.AsSpan(index * options.Bands.Bands, options.Bands.Bands);

    private void Add(int index, RowLedger rows, Quarantine quarantine)
    {
        rows.Take(_rows[index]);
        if (_problems[index] is { } problem)
        {
            rows.SetAside();
            quarantine.Add(_rows[index], problem);
            return;
        }

        var document = table.Add(_rows[index], _exact[index]);
        sets.Add();
        exact.Add(_exact[index], document);
        if (_near[index])
        {
            foreach (var key in Keys(index))
            {
                bands.Add(key, document);
            }
        }
    }
}
