namespace Pipeline.Data.Tokenizers.Models;

/// <summary>Ids that steer a model, which user text must never produce.</summary>
internal sealed class ControlIds(int limit, IEnumerable<int> ids)
{
    private readonly System.Collections.BitArray _bits = Mark(limit, ids);

    internal bool Contains(int id) => (uint)id < (uint)_bits.Length && _bits[id];

    internal bool ContainsAny(ReadOnlySpan<int> ids)
    {
        foreach (var id in ids)
        {
            if (Contains(id)) return true;
        }

        return false;
    }

    private static System.Collections.BitArray Mark(int limit, IEnumerable<int> ids)
    {
        var bits = new System.Collections.BitArray(limit);
        foreach (var id in ids) bits[id] = true;
        return bits;
    }
}
