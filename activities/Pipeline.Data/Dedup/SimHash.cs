using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Pipeline.Data.Dedup;

/// <summary>64-bit SimHash over words with their counts (SHA-1 based).</summary>
internal static class SimHash
{
    [SuppressMessage("Security", "CA5350",
        Justification = "A hash of shingles, prescribed by the signature scheme; nothing is protected by it.")]
    public static ulong Of(WordText text)
    {
        Span<int> sums = stackalloc int[64];
        sums.Clear();
        Span<byte> digest = stackalloc byte[20];
        for (var word = 0; word < text.Count; word++)
        {
            SHA1.HashData(text.Slice(word, 1), digest);
            var hash = BinaryPrimitives.ReadUInt64LittleEndian(digest);
            for (var bit = 0; bit < 64; bit++)
            {
                sums[bit] += (hash >> bit & 1) != 0 ? 1 : -1;
            }
        }

        var value = 0UL;
        for (var bit = 0; bit < 64; bit++)
        {
            value |= sums[bit] > 0 ? 1UL << bit : 0;
        }

        return value;
    }

    public static int Distance(ulong left, ulong right) => System.Numerics.BitOperations.PopCount(left ^ right);
}
