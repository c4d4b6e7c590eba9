namespace Pipeline.Gateway.Adapters;

/// <summary>The right to use a loaded adapter; while it is held, the adapter is not evicted.</summary>
public sealed class AdapterLease : IDisposable
{
    private readonly Action _release;
    private int _released;

    internal AdapterLease(ServedAdapter adapter, Action release) => (Adapter, _release) = (adapter, release);

    /// <summary>The adapter.</summary>
    public ServedAdapter Adapter { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            _release();
        }
    }
}
