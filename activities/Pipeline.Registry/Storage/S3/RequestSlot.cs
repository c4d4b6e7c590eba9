namespace Pipeline.Registry.Storage.S3;

/// <summary>The right to have one request in flight.</summary>
/// <param name="limiter">Gave it; disposing gives it back.</param>
/// <param name="halvings">How often the bound had been halved when the request began.</param>
internal sealed class RequestSlot(RequestLimiter limiter, long halvings) : IDisposable
{
    private volatile bool _idle;
    private bool _wasIdle;

    /// <summary>How often the bound had been halved when the request began.</summary>
    public long Halvings => halvings;

    /// <summary>The body is being read: the caller waits for the service.</summary>
    public void Read() => (_idle, _wasIdle) = (false, false);

    /// <summary>The service waits for the caller.</summary>
    public void Rest() => _idle = true;

    /// <summary>Whether nobody has read since the last call.</summary>
    public bool IsLeft()
    {
        var left = _idle && _wasIdle;
        _wasIdle = _idle;
        return left;
    }

    public void Dispose() => limiter.Return(this);
}
