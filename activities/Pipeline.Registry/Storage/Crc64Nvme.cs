using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Registry.Storage;

/// <summary>
/// CRC-64/NVME, the checksum that S3 keeps of whole objects: carry-less multiplication where the processor has it,
/// tables elsewhere.
/// </summary>
/// <remarks>
/// Polynomial AD93D23594C93659, reflected, initial and final value all ones; the CRC of "123456789" is
/// AE8B14860A799888.
/// <b>Source:</b> NVM Express NVM command set 1.0, 5.2.1.3.4; folding after Gopal et al., "Fast CRC Computation Using
/// PCLMULQDQ" (2009).
/// </remarks>
public static class Crc64Nvme
{
    private const ulong Polynomial = 0x9A6C_9329_AC4B_C9B5;
    private const ulong One = 1UL << 63; // x^0 of a reflected polynomial

    private static readonly ulong[] Table = CreateTable();
    private static readonly Vector128<ulong> Next = Fold(128);
    private static readonly Vector128<ulong> Next4 = Fold(4 * 128);
    private static readonly Vector512<ulong> Next16 = Vector512.Create(Vector256.Create(Fold(16 * 128)));

    /// <summary>Extends a checksum.</summary>
    /// <param name="crc">Checksum of what came before; 0 at the start.</param>
    /// <param name="data">The bytes that follow.</param>
    /// <returns>The checksum of everything so far.</returns>
    public static ulong Append(ulong crc, ReadOnlySpan<byte> data)
    {
        var state = ~crc;
        if (Pclmulqdq.V512.IsSupported && data.Length >= 512)
        {
            (state, var done) = Fold16(state, data);
            data = data[done..];
        }
        else if (Pclmulqdq.IsSupported && data.Length >= 128)
        {
            (state, var done) = Fold4(state, data);
            data = data[done..];
        }

        return ~ByTable(state, data);
    }

    /// <summary>The checksum of two pieces in a row, from their checksums alone.</summary>
    /// <param name="first">Checksum of the first piece.</param>
    /// <param name="second">Checksum of the second piece.</param>
    /// <param name="secondBytes">Length of the second piece in bytes.</param>
    /// <returns>The checksum of both.</returns>
    public static ulong Combine(ulong first, ulong second, long secondBytes)
    {
        var shift = One;
        var power = One >> 8; // x^8, then its squares
        for (var rest = secondBytes; rest > 0; rest >>= 1)
        {
            if ((rest & 1) != 0)
            {
                shift = Multiply(shift, power);
            }

            power = Multiply(power, power);
        }

        return Multiply(first, shift) ^ second;
    }

    /// <summary>The checksum as S3 writes it in headers.</summary>
    /// <param name="crc">The checksum.</param>
    /// <returns>Eight bytes, most significant first, in Base64.</returns>
    public static string ToHeader(ulong crc)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, crc);
        return Convert.ToBase64String(bytes);
    }

    /// <summary>Reads the form of <see cref="ToHeader"/>.</summary>
    /// <param name="text">Value of the header.</param>
    /// <returns>The checksum, or null when the text is absent or has another form (a checksum of checksums, for
    /// example).</returns>
    public static ulong? FromHeader(string? text)
    {
        Span<byte> bytes = stackalloc byte[8];
        return text is not null && Convert.TryFromBase64String(text, bytes, out var written) && written == 8
            ? BinaryPrimitives.ReadUInt64BigEndian(bytes)
            : null;
    }

    // Compiled at full speed at once: a short process would end before the loop is found to be hot.
    // Sixteen blocks of 128 bits stand for everything before them; each round moves them 256 bytes on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (ulong State, int Done) Fold16(ulong state, ReadOnlySpan<byte> data)
    {
        ref var start = ref MemoryMarshal.GetReference(data);
        var a = Vector512.LoadUnsafe(ref start).AsUInt64() ^ Vector512.CreateScalar(state);
        var b = Vector512.LoadUnsafe(ref start, 64).AsUInt64();
        var c = Vector512.LoadUnsafe(ref start, 128).AsUInt64();
        var d = Vector512.LoadUnsafe(ref start, 192).AsUInt64();
        var done = 256;
        for (; done + 256 <= data.Length; done += 256)
        {
            a = Move(a, Next16) ^ Vector512.LoadUnsafe(ref start, (nuint)done).AsUInt64();
            b = Move(b, Next16) ^ Vector512.LoadUnsafe(ref start, (nuint)done + 64).AsUInt64();
            c = Move(c, Next16) ^ Vector512.LoadUnsafe(ref start, (nuint)done + 128).AsUInt64();
            d = Move(d, Next16) ^ Vector512.LoadUnsafe(ref start, (nuint)done + 192).AsUInt64();
        }

        Span<Vector512<ulong>> blocks = [a, b, c, d];
        return (Fold4(0, MemoryMarshal.AsBytes(blocks)).State, done);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (ulong State, int Done) Fold4(ulong state, ReadOnlySpan<byte> data)
    {
        ref var start = ref MemoryMarshal.GetReference(data);
        var a = Vector128.LoadUnsafe(ref start).AsUInt64() ^ Vector128.CreateScalar(state);
        var b = Vector128.LoadUnsafe(ref start, 16).AsUInt64();
        var c = Vector128.LoadUnsafe(ref start, 32).AsUInt64();
        var d = Vector128.LoadUnsafe(ref start, 48).AsUInt64();
        var done = 64;
        for (; done + 64 <= data.Length; done += 64)
        {
            a = Move(a, Next4) ^ Vector128.LoadUnsafe(ref start, (nuint)done).AsUInt64();
            b = Move(b, Next4) ^ Vector128.LoadUnsafe(ref start, (nuint)done + 16).AsUInt64();
            c = Move(c, Next4) ^ Vector128.LoadUnsafe(ref start, (nuint)done + 32).AsUInt64();
            d = Move(d, Next4) ^ Vector128.LoadUnsafe(ref start, (nuint)done + 48).AsUInt64();
        }

        Span<Vector128<ulong>> last = [Move(Move(Move(a, Next) ^ b, Next) ^ c, Next) ^ d];
        return (ByTable(0, MemoryMarshal.AsBytes(last)), done);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Move(Vector128<ulong> block, Vector128<ulong> factors) =>
        Pclmulqdq.CarrylessMultiply(block, factors, 0x00) ^ Pclmulqdq.CarrylessMultiply(block, factors, 0x11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Move(Vector512<ulong> blocks, Vector512<ulong> factors) =>
        Pclmulqdq.V512.CarrylessMultiply(blocks, factors, 0x00) ^ Pclmulqdq.V512.CarrylessMultiply(
            blocks, factors, 0x11);

    private static ulong ByTable(ulong state, ReadOnlySpan<byte> data)
    {
        foreach (var value in data)
        {
            state = (state >> 8) ^ Table[(byte)state ^ value];
        }

        return state;
    }

    // A reflected product comes out one place low, hence the exponents one less than the distance.
    private static Vector128<ulong> Fold(int bits) => Vector128.Create(PowerOfX(bits + 63), PowerOfX(bits - 1));

    private static ulong PowerOfX(int exponent)
    {
        var power = One;
        for (var i = 0; i < exponent; i++)
        {
            power = TimesX(power);
        }

        return power;
    }

    private static ulong TimesX(ulong value) => (value >> 1) ^ (Polynomial & (0 - (value & 1)));

    private static ulong Multiply(ulong left, ulong right)
    {
        var product = 0UL;
        for (; left != 0; left <<= 1, right = TimesX(right))
        {
            product ^= right & (0 - (left >> 63));
        }

        return product;
    }

    private static ulong[] CreateTable()
    {
        var table = new ulong[256];
        for (var i = 0; i < table.Length; i++)
        {
            var value = (ulong)i;
            for (var bit = 0; bit < 8; bit++)
            {
                value = TimesX(value);
            }

            table[i] = value;
        }

        return table;
    }
}
