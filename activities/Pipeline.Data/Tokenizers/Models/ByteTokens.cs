namespace Pipeline.Data.Tokenizers.Models;

/// <summary>The tokens <c>&lt;0x00&gt;</c>…<c>&lt;0xFF&gt;</c> of models that fall back to bytes.</summary>
internal static class ByteTokens
{
    /// <summary>Their ids by byte, -1 where one is missing.</summary>
    internal static int[] Find(Vocabulary vocabulary)
    {
        var ids = new int[256];
        for (var b = 0; b < 256; b++) ids[b] = vocabulary.Find($"<0x{b:X2}>");
        return ids;
    }

    /// <summary>The byte that a token text stands for, or -1.</summary>
    internal static int Parse(string token)
    {
        if (token.Length != 6 || !token.StartsWith("<0x", StringComparison.Ordinal) || token[5] != '>') return -1;
        var high = Digit(token[3]);
        var low = Digit(token[4]);
        return high < 0 || low < 0 ? -1 : (high << 4) | low;
    }

    private static int Digit(char c) => char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : -1;
}
