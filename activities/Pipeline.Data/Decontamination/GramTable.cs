using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Data.Decontamination;

/// <summary>
/// Hashes of the n-grams of one length, and the items that hold them; a bit map answers for nearly all others.
/// </summary>
internal sealed class GramTable
{
    private const int BitsPerGram = 16;
    private readonly Dictionary<ulong, List<int>> _items = [];
    private ulong[] _bits = [];
    private int _shift;

    /// <summary>Adds an n-gram; items come in ascending order.</summary>
    public void Add(ulong hash, int item)
    {
        ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(_items, hash, out _);
        list ??= [];
        if (list.Count == 0 || list[^1] != item)
        {
            list.Add(item);
        }
    }

    /// <summary>Builds the bit map; call it after the last n-gram.</summary>
    public void Seal()
    {
        var bits =
            Math.Clamp(BitOperations.Log2(BitOperations.RoundUpToPowerOf2((ulong)_items.Count * BitsPerGram)), 12, 32);
        (_bits, _shift) = (new ulong[1 << (bits - 6)], 64 - bits);
        foreach (var hash in _items.Keys)
        {
            _bits[(int)(hash >> _shift >> 6)] |= 1UL << (int)(hash >> _shift);
        }
    }

    /// <summary>False when no item holds an n-gram of this hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayHold(ulong hash) => (_bits[(int)(hash >> _shift >> 6)] & (1UL << (int)(hash >> _shift))) != 0;

    /// <summary>Items with an n-gram of this hash, ascending.</summary>
    public IReadOnlyList<int> ItemsOf(ulong hash) => _items.TryGetValue(hash, out var items) ? items : [];
}
