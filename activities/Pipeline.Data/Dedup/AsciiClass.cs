namespace Pipeline.Data.Dedup;

/// <summary>What an ASCII byte is for text normalisation.</summary>
internal static class AsciiClass
{
    public const byte Space = 1;
    public const byte Upper = 2;
    public const byte Word = 4;

    public static readonly byte[] Table = Build();

    private static byte[] Build()
    {
        var table = new byte[256];
        for (var i = 0; i < 128; i++)
        {
            var c = (char)i;
            table[i] = (byte)((i is (>= 9 and <= 13) or (>= 0x1C and <= 0x20) ? Space : 0)
                | (char.IsAsciiLetterUpper(c) ? Upper : 0) | (char.IsAsciiLetterOrDigit(c) ? Word : 0));
        }

        return table;
    }
}
