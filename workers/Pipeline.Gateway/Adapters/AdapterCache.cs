using Pipeline.Llm.Generation;

namespace Pipeline.Gateway.Adapters;

/// <summary>
/// Keeps a bounded number of adapters loaded. The least recently used one leaves first, one in use never leaves, one
/// load serves everybody who waits for the same adapter, and requests beyond the bounds wait in order.
/// </summary>
/// <param name="engine">Where adapters are loaded.</param>
/// <param name="maxResident">Adapters that stay loaded.</param>
/// <param name="maxInUse">Adapters in use at the same time; at most <paramref name="maxResident"/>.</param>
/// <param name="events">Receives hits, loads and evictions; null for none.</param>
/// <param name="time">Clock; null takes the system's.</param>
public sealed class AdapterCache(
    IGenerationEngine engine, int maxResident, int maxInUse, IAdapterCacheEvents? events = null,
    TimeProvider? time = null) : IDisposable
{
    // Users of loaded adapters may pass those who wait for room, but not for longer than this.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // Reading and checking takes a core; running streams keep the others.
    private readonly SemaphoreSlim _readers = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Waiter> _waiters = new();
    private readonly Dictionary<string, Task> _unloads = new(StringComparer.Ordinal);
    private int _inUse;
    private long _clock;

    /// <summary>Adapters that are loaded or being loaded.</summary>
    public int Resident
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Waits until an adapter is loaded and holds it.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>A lease; dispose it after the last token.</returns>
    /// <exception cref="AdapterLoadException">The adapter cannot be loaded; the next request tries again.</exception>
    public async Task<AdapterLease> AcquireAsync(ServedAdapter adapter, CancellationToken cancellation = default)
    {
        Waiter waiter;
        lock (_lock)
        {
            waiter = new Waiter(adapter, _time.GetTimestamp());
            _waiters.AddLast(waiter);
            Pump();
        }

        Entry entry;
        await using (cancellation.Register(() => Abandon(waiter, cancellation)))
        {
            entry = await waiter.Ready.Task;
        }

        try
        {
            await entry.Loaded.WaitAsync(cancellation);
            return new AdapterLease(adapter, () => Release(entry));
        }
        catch
        {
            Release(entry);
            throw;
        }
    }

    /// <summary>
    /// Frees an adapter once nobody uses it any more; new requests for it are not accepted by the catalogue by then.
    /// </summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>A task that ends when its memory is free.</returns>
    public async Task DrainAsync(ServedAdapter adapter, CancellationToken cancellation = default)
    {
        Task idle;
        lock (_lock)
        {
            if (!_entries.TryGetValue(adapter.EngineName, out var entry))
            {
                return;
            }

            entry.Idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (entry.Uses == 0)
            {
                entry.Idle.TrySetResult();
            }

            idle = entry.Idle.Task;
        }

        await idle.WaitAsync(cancellation);
        Task? unload = null;
        lock (_lock)
        {
            if (_entries.TryGetValue(adapter.EngineName, out var entry) && entry.Uses == 0)
            {
                unload = Evict(entry);
                Pump();
            }
        }

        await (unload ?? Task.CompletedTask);
    }

    /// <inheritdoc/>
    public void Dispose() => _readers.Dispose();

    // Gives entries to waiters in order; those behind may pass only when they need no room.
    private void Pump()
    {
        var impatient = _waiters.First is { } first && _time.GetElapsedTime(first.Value.Since) > Patience;
        for (var node = _waiters.First; node is not null;)
        {
            var next = node.Next;
            if (TryTake(node.Value.Adapter, out var entry))
            {
                _waiters.Remove(node);
                node.Value.Ready.SetResult(entry);
            }
            else if (impatient && node.Previous is null)
            {
                return;
            }

            node = next;
        }
    }

    private bool TryTake(ServedAdapter adapter, out Entry entry)
    {
        if (_entries.TryGetValue(adapter.EngineName, out var known))
        {
            entry = known;
            if (known.Uses == 0 && _inUse >= maxInUse)
            {
                return false;
            }

            _inUse += known.Uses++ == 0 ? 1 : 0;
            known.LastUse = ++_clock;
            events?.Hit(adapter);
            return true;
        }

        entry = new Entry(adapter) { Uses = 1, LastUse = ++_clock };
        if (_inUse >= maxInUse || !MakeRoom(out var freed))
        {
            return false;
        }

        _inUse++;
        _unloads.TryGetValue(adapter.EngineName, out var leaving);
        entry.Loaded = LoadAsync(entry, Task.WhenAll(freed, leaving ?? Task.CompletedTask));
        _entries.Add(adapter.EngineName, entry);
        return true;
    }

    private bool MakeRoom(out Task freed)
    {
        freed = Task.CompletedTask;
        if (_entries.Count < maxResident)
        {
            return true;
        }

        var oldest = _entries.Values.Where(entry => entry.Uses == 0).MinBy(entry => entry.LastUse);
        if (oldest is null)
        {
            return false;
        }

        freed = Evict(oldest);
        return true;
    }

    private Task Evict(Entry entry)
    {
        var name = entry.Adapter.EngineName;
        _entries.Remove(name);
        events?.Evicted(entry.Adapter);
        var unload = engine.UnloadAdapterAsync(name);
        _unloads[name] = unload;
        _ = unload.ContinueWith(
            _ =>
            {
                lock (_lock)
                {
                    _unloads.Remove(name);
                }
            },
            TaskScheduler.Default);
        return unload;
    }

    private async Task LoadAsync(Entry entry, Task before)
    {
        await Task.Yield();
        var start = _time.GetTimestamp();
        try
        {
            await _readers.WaitAsync();
            try
            {
                var content = AdapterFiles.ReadApproved(entry.Adapter);
                // One that could not leave must not fail the one that comes.
                await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await engine.LoadAdapterAsync(entry.Adapter.EngineName, content);
            }
            finally
            {
                _readers.Release();
            }

            events?.Loaded(entry.Adapter, _time.GetElapsedTime(start));
        }
        catch (Exception exception)
        {
            lock (_lock)
            {
                // The failed entry makes room for the next try; those who wait for it get the error.
                _entries.Remove(entry.Adapter.EngineName);
            }

            events?.Failed(entry.Adapter, exception);
            throw exception as AdapterLoadException
                ?? new AdapterLoadException(AdapterFault.Damaged,
                    $"adapter '{entry.Adapter.Id}' cannot be loaded: {exception.Message}", exception);
        }
    }

    private void Release(Entry entry)
    {
        lock (_lock)
        {
            if (--entry.Uses == 0)
            {
                _inUse--;
                entry.Idle?.TrySetResult();
            }

            Pump();
        }
    }

    private void Abandon(Waiter waiter, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_waiters.Remove(waiter))
            {
                waiter.Ready.TrySetCanceled(cancellation);
            }
        }
    }

    private sealed class Entry(ServedAdapter adapter)
    {
        public ServedAdapter Adapter { get; } = adapter;

        public Task Loaded { get; set; } = Task.CompletedTask;

        public int Uses { get; set; }

        public long LastUse { get; set; }

        public TaskCompletionSource? Idle { get; set; }
    }

    private sealed record Waiter(ServedAdapter Adapter, long Since)
    {
        public TaskCompletionSource<Entry> Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
