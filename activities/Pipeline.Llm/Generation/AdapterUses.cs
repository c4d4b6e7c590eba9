namespace Pipeline.Llm.Generation;

/// <summary>
/// Counts the sequences of each adapter, so that one that nobody uses can leave without waiting for the engine's
/// thread.
/// </summary>
internal sealed class AdapterUses
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Counts a sequence, unless its adapter is not there.</summary>
    public bool TryUse(string adapter, Func<string, bool> isLoaded)
    {
        lock (_lock)
        {
            if (!isLoaded(adapter))
            {
                return false;
            }

            _counts[adapter] = _counts.GetValueOrDefault(adapter) + 1;
            return true;
        }
    }

    /// <summary>A sequence has ended.</summary>
    public void Release(string? adapter)
    {
        lock (_lock)
        {
            if (adapter is not null && --_counts[adapter] == 0)
            {
                _counts.Remove(adapter);
            }
        }
    }

    /// <summary>Drops an adapter unless a sequence uses it.</summary>
    public bool TryRetire(string adapter, Action<string> drop)
    {
        lock (_lock)
        {
            if (_counts.ContainsKey(adapter))
            {
                return false;
            }

            drop(adapter);
            return true;
        }
    }
}
