using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Pipeline.EmbeddedTemporal.Storage;

// CRC-32C of what a row holds. SQLite notices damage to its own structure, not to the bytes that it keeps for us.
internal static class Checksum
{
    public static long Of(ReadOnlySpan<byte> data)
    {
        var sum = uint.MaxValue;
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (var b in data) sum = BitOperations.Crc32C(sum, b);
        return ~sum;
    }

    public static long Of(string text) => Of(Encoding.UTF8.GetBytes(text));
}
