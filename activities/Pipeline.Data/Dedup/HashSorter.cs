using System.Numerics;

namespace Pipeline.Data.Dedup;

/// <summary>
/// Sorts hashes, which lie evenly over all numbers: by their leading bits each goes nearly to its place. One instance a
/// thread.
/// </summary>
internal sealed class HashSorter
{
    private const int MostBits = 12;
    private const int SmallGroup = 24;
    private readonly int[] _ends = new int[1 << MostBits];
    private ulong[] _copy = new ulong[512];

    public void Sort(Span<ulong> hashes)
    {
        if (hashes.Length <= SmallGroup)
        {
            Insert(hashes);
            return;
        }

        if (_copy.Length < hashes.Length)
        {
            _copy = new ulong[hashes.Length * 2];
        }

        hashes.CopyTo(_copy);
        var copy = _copy.AsSpan(0, hashes.Length);
        var bits = Math.Min(BitOperations.Log2((uint)hashes.Length) - 1, MostBits);
        var (shift, ends) = (64 - bits, _ends);
        Array.Clear(ends, 0, 1 << bits);
        foreach (var hash in copy)
        {
            ends[(int)(hash >> shift)]++;
        }

        for (var (group, sum) = (0, 0); group < 1 << bits; group++)
        {
            (ends[group], sum) = (sum, sum + ends[group]);
        }

        foreach (var hash in copy)
        {
            hashes[ends[(int)(hash >> shift)]++] = hash;
        }

        for (var (group, start) = (0, 0); group < 1 << bits; start = ends[group++])
        {
            var members = hashes[start..ends[group]];
            if (members.Length <= SmallGroup)
            {
                Insert(members);
            }
            else
            {
                members.Sort();
            }
        }
    }

    private static void Insert(Span<ulong> hashes)
    {
        for (var i = 1; i < hashes.Length; i++)
        {
            var (hash, at) = (hashes[i], i);
            for (; at > 0 && hashes[at - 1] > hash; at--)
            {
                hashes[at] = hashes[at - 1];
            }

            hashes[at] = hash;
        }
    }
}
