namespace Pipeline.Registry.Storage.S3;

/// <summary>
/// Bounds how many requests of one store are in flight: half as many as were when the service says that it is
/// overloaded, then one more after as many successes as the bound.
/// </summary>
/// <remarks>
/// Additive increase, multiplicative decrease on what is in flight, as TCP does with segments. A burst of refusals
/// halves once: requests that began before the last halving say nothing about the new bound. A body that is being read
/// counts as in flight; one that nobody reads gives its slot back after <see cref="IdleAfter"/>, but only while
/// somebody waits, so a caller who keeps one object open while it asks for another cannot wait for itself.
/// Source: RFC 5681 §3.1 (half of the flight size, linear growth).
/// </remarks>
/// <param name="most">The bound while nothing is refused.</param>
/// <param name="clock">The time.</param>
internal sealed class RequestLimiter(int most, TimeProvider clock)
{
    /// <summary>How long nobody reads a body before its slot is needed more elsewhere.</summary>
    public static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(1);

    private readonly int _most = most;
    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource<RequestSlot>> _waiting = new();
    private readonly HashSet<RequestSlot> _held = [];
    private int _limit = most;
    private int _successes;
    private long _halvings;
    private ITimer? _timer;

    /// <summary>The bound now.</summary>
    public int Limit
    {
        get
        {
            lock (_gate)
            {
                return _limit;
            }
        }
    }

    /// <summary>Slots that are taken now.</summary>
    public int InFlight
    {
        get
        {
            lock (_gate)
            {
                return _held.Count;
            }
        }
    }

    /// <summary>Waits for a slot, in the order of the calls.</summary>
    /// <param name="cancellation">Gives up; nothing stays behind.</param>
    /// <returns>The slot of one request; disposing it lets another request begin.</returns>
    public ValueTask<RequestSlot> EnterAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_waiting.Count == 0 && _held.Count < _limit)
            {
                return new(Take());
            }

            // Continuations must not run inside the lock.
            var waiter = new TaskCompletionSource<RequestSlot>(TaskCreationOptions.RunContinuationsAsynchronously);
            var place = _waiting.AddLast(waiter);
            _timer ??= clock.CreateTimer(_ => TakeBackIdle(), state: null, IdleAfter, IdleAfter);
            return new(WaitAsync(place, cancellation));
        }
    }

    /// <summary>The service served a request.</summary>
    public void Succeeded()
    {
        lock (_gate)
        {
            if (_limit < _most && ++_successes >= _limit)
            {
                (_limit, _successes) = (_limit + 1, 0);
                Admit();
            }
        }
    }

    /// <summary>The service refused a request because it is overloaded.</summary>
    /// <param name="slot">Slot of the request.</param>
    public void Refused(RequestSlot slot)
    {
        lock (_gate)
        {
            if (slot.Halvings == _halvings)
            {
                _halvings++;
                (_limit, _successes) = (Math.Max(1, Math.Min(_limit, _held.Count) / 2), 0);
            }
        }
    }

    /// <summary>A slot is free again.</summary>
    /// <param name="slot">The slot; returning it twice is fine.</param>
    public void Return(RequestSlot slot)
    {
        lock (_gate)
        {
            if (_held.Remove(slot))
            {
                Admit();
            }
        }
    }

    private async Task<RequestSlot> WaitAsync(
        LinkedListNode<TaskCompletionSource<RequestSlot>> place, CancellationToken cancellation)
    {
        await using var giveUp = cancellation.UnsafeRegister(_ => GiveUp(place, cancellation), null);
        return await place.Value.Task;
    }

    // A waiter is either in the list or was given a slot, never both: whoever takes it out of the list decides.
    private void GiveUp(LinkedListNode<TaskCompletionSource<RequestSlot>> place, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (place.List is not null)
            {
                _waiting.Remove(place);
                place.Value.SetCanceled(cancellation);
                Admit();
            }
        }
    }

    private void Admit()
    {
        while (_waiting.First is { } first && _held.Count < _limit)
        {
            _waiting.RemoveFirst();
            first.Value.SetResult(Take());
        }

        if (_waiting.Count == 0)
        {
            _timer?.Dispose();
            _timer = null;
        }
    }

    private RequestSlot Take()
    {
        var slot = new RequestSlot(this, _halvings);
        _held.Add(slot);
        return slot;
    }

    private void TakeBackIdle()
    {
        lock (_gate)
        {
            _held.RemoveWhere(slot => slot.IsLeft());
            Admit();
        }
    }
}
