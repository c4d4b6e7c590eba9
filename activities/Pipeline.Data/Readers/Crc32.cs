namespace Pipeline.Data.Readers;

/// <summary>CRC-32 as gzip uses it (IEEE 802.3, reflected), eight bytes a step.</summary>
internal static class Crc32
{
    private static readonly uint[] Table = Build();

    /// <summary>Continues a checksum.</summary>
    /// <param name="crc">Checksum so far; 0 to start.</param>
    /// <param name="data">The next bytes.</param>
    /// <returns>The checksum including them.</returns>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        var t = Table;
        crc = ~crc;
        while (data.Length >= 8)
        {
            var low = crc ^ BitConverter.ToUInt32(data);
            var high = BitConverter.ToUInt32(data[4..]);
            crc = t[(7 * 256) + (low & 255)] ^ t[(6 * 256) + ((low >> 8) & 255)] ^ t[(5 * 256)
                + ((low >> 16) & 255)] ^ t[(4 * 256) + (low >> 24)]
                ^ t[(3 * 256) + (high & 255)] ^ t[(2 * 256) + ((high >> 8) & 255)] ^ t[256
                    + ((high >> 16) & 255)] ^ t[high >> 24];
            data = data[8..];
        }

        foreach (var value in data) crc = (crc >> 8) ^ t[(crc ^ value) & 255];
        return ~crc;
    }

    private static uint[] Build()
    {
        var table = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++) value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
            table[i] = value;
        }

        for (var i = 0; i < 256; i++)
        {
            for (var k = 1; k < 8; k++)
                table[(k * 256) + i] = (table[((k - 1) * 256) + i] >> 8) ^ table[table[((k - 1) * 256) + i] & 255];
        }

        return table;
    }
}
