namespace Pipeline.Data.Ingest;

/// <summary>Adds up how far the objects in work are, and reports the sum.</summary>
/// <param name="listed">All objects.</param>
/// <param name="progress">Receives the sums, or null.</param>
internal sealed class IngestMeter(IReadOnlyList<RawObject> listed, IProgress<IngestProgress>? progress)
{
    private readonly (long Rows, long Bytes)[] _at = new (long, long)[listed.Count];
    private readonly long _total = listed.Sum(item => item.Bytes);
    private (int Objects, int Reused) _done;
    private (long Rows, long Bytes) _sum;

    /// <summary>An object has come so far.</summary>
    public void At(int index, long rows, long bytes)
    {
        lock (_at)
        {
            var (oldRows, oldBytes) = _at[index];
            _at[index] = (rows, bytes);
            _sum = (_sum.Rows + rows - oldRows, _sum.Bytes + bytes - oldBytes);
            progress?.Report(
                new IngestProgress(_done.Objects, listed.Count, _sum.Rows, _sum.Bytes, _done.Reused, _total));
        }
    }

    /// <summary>An object is done.</summary>
    public void Done(int index, IngestedObject item, bool reused)
    {
        lock (_at)
        {
            _done = (_done.Objects + 1, _done.Reused + (reused ? 1 : 0));
            At(index, item.Rows, item.Bytes);
        }
    }
}
