namespace Pipeline.Data.Tokenizers;

/// <summary>Converts byte positions of UTF-8 text to another unit.</summary>
internal sealed class OffsetMap
{
    private readonly int[]? _positions;

    private OffsetMap(int[]? positions) => _positions = positions;

    internal static OffsetMap Create(ReadOnlySpan<byte> utf8, OffsetUnit unit)
    {
        if (unit == OffsetUnit.Byte || !utf8.ContainsAnyInRange((byte)0x80, (byte)0xFF)) return new OffsetMap(null);
        var positions = new int[utf8.Length + 1];
        var current = -1;
        var next = 0;
        for (var at = 0; at < utf8.Length; at++)
        {
            if ((utf8[at] & 0xC0) != 0x80)
            {
                current = next;
                next += unit == OffsetUnit.Utf16 && utf8[at] >= 0xF0 ? 2 : 1;
            }

            positions[at] = current;
        }

        positions[^1] = next;
        return new OffsetMap(positions);
    }

    internal int Convert(int position) => _positions is null ? position : _positions[position];
}
