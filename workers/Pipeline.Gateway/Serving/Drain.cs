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
    /// <returns>Whether it may; call <see cref="Leave"/> when it has ended.</returns>
    public bool TryEnter()
    {
        Interlocked.Increment(ref _running);
        if (!_draining)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>A request has ended.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _running) == 0 && _draining)
        {
            _idle.TrySetResult();
        }
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
}
