using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Data.Dedup;

/// <summary>A 64-bit multiply-fold hash; not cryptographic, seeded.</summary>
internal static class FastHash
{
    private const ulong K0 = 0xA0761D6478BD642F;
    private const ulong K1 = 0xE7037ED1A0B428DB;
    private const ulong Finish1 = 0xFF51AFD7ED558CCD;
    private const ulong Finish2 = 0xC4CEB9FE1A85EC53;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }

    public static ulong Of(ReadOnlySpan<byte> bytes, ulong seed)
    {
        var hash = seed ^ K0;
        var length = bytes.Length;
        while (bytes.Length > 8)
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes), K1);
            bytes = bytes[8..];
        }

        return Mix(hash ^ Tail(bytes), K1 ^ (ulong)length);
    }

    /// <summary>Of one to sixteen bytes that were read as two numbers, zeros behind them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfShort(ulong low, ulong high, int length, ulong seed) =>
        Mix(low ^ seed ^ K0, high ^ (K1 + (ulong)length));

    /// <summary>The last at most eight bytes as one number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Tail(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 8)
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        }

        if (bytes.Length >= 4)
        {
            return BinaryPrimitives.ReadUInt32LittleEndian(bytes)
                | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]) << 32);
        }

        return bytes.Length == 0 ? 0 : bytes[0] | ((ulong)bytes[bytes.Length / 2] << 8) | ((ulong)bytes[^1] << 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Finish(ulong hash)
    {
        hash ^= hash >> 33;
        hash *= Finish1;
        hash ^= hash >> 33;
        hash *= Finish2;
        return hash ^ (hash >> 33);
    }

    /// <summary>As <see cref="Finish(ulong)"/>, for eight hashes at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Finish(Vector512<ulong> hashes)
    {
        hashes ^= hashes >>> 33;
        hashes *= Vector512.Create(Finish1);
        hashes ^= hashes >>> 33;
        hashes *= Vector512.Create(Finish2);
        return hashes ^ (hashes >>> 33);
    }
}
