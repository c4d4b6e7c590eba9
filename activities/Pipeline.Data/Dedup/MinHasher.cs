using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Data.Dedup;

/// <summary>MinHash signatures of shingle sets; thread-safe.</summary>
internal sealed class MinHasher
{
    private const ulong Mersenne61 = (1UL << 61) - 1;
    private readonly MinHashScheme _scheme;
    private readonly ulong[] _a;
    private readonly ulong[] _b;
    private readonly uint[] _a32;
    private readonly uint[] _b32;

    public MinHasher(MinHashScheme scheme, ulong[] a, ulong[] b)
    {
        if (b.Length != a.Length)
        {
            throw new ArgumentException("multipliers and offsets must be equally many", nameof(b));
        }

        (_scheme, _a, _b) = (scheme, a, b);
        // Padded to whole groups of four vectors; the extra lanes are computed and not stored.
        var padded = (a.Length + 63) & ~63;
        (_a32, _b32) = (new uint[padded], new uint[padded]);
        for (var i = 0; i < a.Length; i++)
        {
            (_a32[i], _b32[i]) = ((uint)a[i], (uint)b[i]);
        }
    }

    public int Permutations => _a.Length;

    /// <summary>Permutations drawn from a seed (SplitMix64), multipliers odd.</summary>
    public static MinHasher FromSeed(int permutations, ulong seed)
    {
        var (a, b, state) = (new ulong[permutations], new ulong[permutations], seed);
        for (var i = 0; i < permutations; i++)
        {
            a[i] = FastHash.Finish(state += 0x9E3779B97F4A7C15) | 1;
            b[i] = FastHash.Finish(state += 0x9E3779B97F4A7C15);
        }

        return new MinHasher(MinHashScheme.Affine32, a, b);
    }

    /// <summary>Fills a 32-bit signature; an empty set gives the maximum everywhere.</summary>
    public void Sign(ReadOnlySpan<ulong> shingles, Span<uint> signature)
    {
        if (_scheme == MinHashScheme.Affine32)
        {
            SignAffine32(shingles, signature);
            return;
        }

        for (var k = 0; k < _a.Length; k++)
        {
            var least = uint.MaxValue;
            foreach (var shingle in shingles)
            {
                least = Math.Min(least, (uint)(((_a[k] * (uint)shingle) + _b[k]) % Mersenne61));
            }

            signature[k] = least;
        }
    }

    /// <summary>Fills a 64-bit signature.</summary>
    public void Sign64(ReadOnlySpan<ulong> shingles, Span<ulong> signature)
    {
        for (var k = 0; k < _a.Length; k++)
        {
            var least = ulong.MaxValue;
            foreach (var shingle in shingles)
            {
                least = Math.Min(least, (_a[k] * FastHash.Finish(shingle)) + _b[k]);
            }

            signature[k] = least;
        }
    }

    private void SignAffine32(ReadOnlySpan<ulong> shingles, Span<uint> signature)
    {
        var mixed = shingles.Length <= 1024 ? stackalloc uint[shingles.Length] : new uint[shingles.Length];
        for (var i = 0; i < mixed.Length; i++)
        {
            mixed[i] = Mix32((uint)shingles[i]);
        }

        Span<uint> block = stackalloc uint[64];
        for (var k = 0; k < _a.Length; k += 64)
        {
            SignBlock(mixed, k, block);
            block[..Math.Min(64, _a.Length - k)].CopyTo(signature[k..]);
        }
    }

    /// <summary>64 permutations at once: four accumulators stay in registers over all shingles.</summary>
    private void SignBlock(ReadOnlySpan<uint> mixed, int k, Span<uint> block)
    {
        ref var a = ref MemoryMarshal.GetArrayDataReference(_a32);
        ref var b = ref MemoryMarshal.GetArrayDataReference(_b32);
        var (a0, a1, a2, a3) = (Load(ref a, k), Load(ref a, k + 16), Load(ref a, k + 32), Load(ref a, k + 48));
        var (b0, b1, b2, b3) = (Load(ref b, k), Load(ref b, k + 16), Load(ref b, k + 32), Load(ref b, k + 48));
        var m0 = Vector512<uint>.AllBitsSet;
        var (m1, m2, m3) = (m0, m0, m0);
        foreach (var value in mixed)
        {
            var h = Vector512.Create(value);
            m0 = Vector512.Min(m0, (a0 * h) + b0);
            m1 = Vector512.Min(m1, (a1 * h) + b1);
            m2 = Vector512.Min(m2, (a2 * h) + b2);
            m3 = Vector512.Min(m3, (a3 * h) + b3);
        }

        m0.CopyTo(block);
        m1.CopyTo(block[16..]);
        m2.CopyTo(block[32..]);
        m3.CopyTo(block[48..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Load(ref uint array, int index) => Vector512.LoadUnsafe(ref array, (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Mix32(uint h)
    {
        h ^= h >> 16;
        h *= 0x85EBCA6B;
        h ^= h >> 13;
        h *= 0xC2B2AE35;
        return h ^ (h >> 16);
    }
}
