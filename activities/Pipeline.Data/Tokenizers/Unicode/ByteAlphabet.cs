namespace Pipeline.Data.Tokenizers.Unicode;

/// <summary>
/// GPT-2's printable stand-ins for bytes: 33–126, 161–172 and 174–255 stand for themselves, the other 68 bytes for
/// U+0100 and up in order.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = Build();
    private static readonly short[] Bytes = Invert();

    internal static char ToCharacter(byte value) => Characters[value];

    /// <summary>The byte that a character stands for, or -1.</summary>
    internal static int ToByte(int codePoint) => codePoint < Bytes.Length ? Bytes[codePoint] : -1;

    /// <summary>Maps a whole token back to bytes; false when one of its characters is not in the alphabet.</summary>
    internal static bool TryDecode(ReadOnlySpan<byte> token, Span<byte> destination, out int written)
    {
        written = 0;
        for (var at = 0; at < token.Length;)
        {
            var value = ToByte(CodePoints.Decode(token, at, out var length));
            if (value < 0) return false;
            destination[written++] = (byte)value;
            at += length;
        }

        return true;
    }

    private static char[] Build()
    {
        var characters = new char[256];
        var next = 0x100;
        for (var b = 0; b < 256; b++)
        {
            var printable = b is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174;
            characters[b] = (char)(printable ? b : next++);
        }

        return characters;
    }

    private static short[] Invert()
    {
        var bytes = new short[0x144];
        Array.Fill(bytes, (short)-1);
        for (var b = 0; b < 256; b++) bytes[Characters[b]] = (short)b;
        return bytes;
    }
}
