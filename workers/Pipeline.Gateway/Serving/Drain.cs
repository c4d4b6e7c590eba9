using Pipeline.Gateway.Api;

namespace Pipeline.Gateway.Serving;

/// <summary>Lets running requests end before the process does, and refuses new ones meanwhile.</summary>
public sealed class Drain
{
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private volatile bool _draining;

    /// <summary>Whether new requests are refused.</summary>
    public bool IsDraining => _draining;

    /// <summary>A request begins.</summary>
    /// <returns>Dispose it when the request has ended.</returns>
    /// <exception cref="ApiException">Status 503: the process is stopping.</exception>
    public IDisposable Enter()
    {
        Interlocked.Increment(ref _running);
        if (!_draining)
        {
            return new Ending(this);
        }

        Leave();
        throw new ApiException(503, "shutting_down", "this gateway is stopping; try another one") { RetryAfter = 2 };
    }

    /// <summary>Refuses new requests and waits for the running ones.</summary>
    /// <param name="timeout">Longest wait.</param>
    /// <returns>Whether all ended in time.</returns>
    public async Task<bool> RunAsync(TimeSpan timeout)
    {
        _draining = true;
        if (Volatile.Read(ref _running) == 0)
        {
            return true;
        }

        try
        {
            await _idle.Task.WaitAsync(timeout);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _running) == 0 && _draining)
        {
            _idle.TrySetResult();
        }
    }

    private sealed class Ending(Drain drain) : IDisposable
    {
        public void Dispose() => drain.Leave();
    }
}
