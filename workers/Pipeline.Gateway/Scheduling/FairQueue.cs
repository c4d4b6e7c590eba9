using System.Diagnostics;
using Pipeline.Gateway.Api;

namespace Pipeline.Gateway.Scheduling;

/// <summary>
/// Hands out a fixed number of slots, one client after the other, and refuses what would wait too long.
/// </summary>
/// <param name="slots">Sequences that run at the same time.</param>
/// <param name="maxTotal">Requests in the gateway at the same time.</param>
/// <param name="maxPerClient">Requests of one client at the same time.</param>
public sealed class FairQueue(int slots, int maxTotal, int maxPerClient)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _admitted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<TaskCompletionSource>> _waiting = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _turns = new();
    private double _meanSeconds = 0.5;
    private int _total;
    private int _taken;

    /// <summary>Requests that were admitted and have not ended.</summary>
    public int Total
    {
        get
        {
            lock (_lock)
            {
                return _total;
            }
        }
    }

    /// <summary>Slots that are taken.</summary>
    public int Running
    {
        get
        {
            lock (_lock)
            {
                return _taken;
            }
        }
    }

    /// <summary>Admits a request.</summary>
    /// <param name="client">Id of the client.</param>
    /// <returns>Dispose it when the request has ended.</returns>
    /// <exception cref="ApiException">Status 429 with the time after which a retry makes sense.</exception>
    public IDisposable Admit(string client)
    {
        lock (_lock)
        {
            var own = _admitted.GetValueOrDefault(client);
            if (_total >= maxTotal || own >= maxPerClient)
            {
                var wait =
                    (int)Math.Clamp(Math.Ceiling(_meanSeconds * Math.Max(1, (_total - slots) / (double)slots)), 1, 60);
                var whose = own >= maxPerClient ? $"{own} requests of this client are" : $"{_total} requests are";
                throw new ApiException(429, "too_many_requests", $"{whose} waiting or running; try again in {wait} s")
                {
                    RetryAfter = wait,
                };
            }

            _admitted[client] = own + 1;
            _total++;
        }

        return new Admission(this, client);
    }

    /// <summary>Waits for a slot.</summary>
    /// <param name="client">Id of the client.</param>
    /// <param name="cancellation">Leaves the queue.</param>
    /// <returns>Dispose it to give the slot to the next one.</returns>
    public Task<IDisposable> EnterAsync(string client, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_taken < slots && _waiting.Count == 0)
            {
                _taken++;
                return Task.FromResult<IDisposable>(new Slot(this));
            }
        }

        return WaitAsync(client, cancellation);
    }

    private async Task<IDisposable> WaitAsync(string client, CancellationToken cancellation)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (!_waiting.TryGetValue(client, out var queue))
            {
                _waiting[client] = queue = new Queue<TaskCompletionSource>();
                _turns.AddLast(client);
            }

            queue.Enqueue(turn);
            Serve();
        }

        await using (cancellation.Register(() => turn.TrySetCanceled(cancellation)))
        {
            await turn.Task;
        }

        return new Slot(this);
    }

    // The client whose turn it is gets one slot and goes to the end; whoever left meanwhile is passed over.
    private void Serve()
    {
        while (_taken < slots && _turns.First is { } node)
        {
            var queue = _waiting[node.Value];
            _turns.RemoveFirst();
            while (queue.TryDequeue(out var turn))
            {
                if (turn.TrySetResult())
                {
                    _taken++;
                    break;
                }
            }

            if (queue.Count > 0)
            {
                _turns.AddLast(node);
            }
            else
            {
                _waiting.Remove(node.Value);
            }
        }
    }

    private void Free(TimeSpan taken)
    {
        lock (_lock)
        {
            _meanSeconds += 0.05 * (taken.TotalSeconds - _meanSeconds);
            _taken--;
            Serve();
        }
    }

    private void Leave(string client)
    {
        lock (_lock)
        {
            _total--;
            if (--_admitted[client] == 0)
            {
                _admitted.Remove(client);
            }
        }
    }

    private sealed class Admission(FairQueue queue, string client) : IDisposable
    {
        private FairQueue? _queue = queue;

        public void Dispose() => Interlocked.Exchange(ref _queue, null)?.Leave(client);
    }

    private sealed class Slot(FairQueue queue) : IDisposable
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private FairQueue? _queue = queue;

        public void Dispose() => Interlocked.Exchange(ref _queue, null)?.Free(Stopwatch.GetElapsedTime(_start));
    }
}
