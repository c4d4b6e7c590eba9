namespace Pipeline.Gateway.Adapters;

/// <summary>Receives what an adapter cache does.</summary>
public interface IAdapterCacheEvents
{
    /// <summary>A request found its adapter loaded or being loaded.</summary>
    /// <param name="adapter">The adapter.</param>
    void Hit(ServedAdapter adapter);

    /// <summary>An adapter was loaded.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="duration">Time from the decision to the first possible use.</param>
    void Loaded(ServedAdapter adapter, TimeSpan duration);

    /// <summary>An adapter was dropped to make room, or because it was removed.</summary>
    /// <param name="adapter">The adapter.</param>
    void Evicted(ServedAdapter adapter);

    /// <summary>An adapter could not be loaded.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="error">Why.</param>
    void Failed(ServedAdapter adapter, Exception error);
}
