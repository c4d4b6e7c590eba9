namespace Pipeline.Data.Building;

/// <summary>
/// The token shard format, version 1: little-endian sections one after the other, readable with plain file input.
/// </summary>
/// <remarks>
/// Header, 64 bytes: magic <c>PLTOKENS</c>; u32 version; u32 bytes an id (2 or 4); u64 rows; u64 tokens; u64 sequences;
/// zeros.
/// Then: u64 token offset of each row, rows + 1 of them; u64 sequence offset of each row, rows + 1; u32 length of each
/// sequence; the token ids; one bit a token, least significant first, 1 where the token is in the loss. A label is the
/// id where the bit is set and -100 elsewhere, so labels can never differ from their ids. The bytes depend on the rows
/// alone.
/// </remarks>
internal static class ShardLayout
{
    public const int HeaderBytes = 64;
    public const uint Version = 1;

    public static ReadOnlySpan<byte> Magic => "PLTOKENS"u8;

    public static long TokenOffsets => HeaderBytes;

    public static long SequenceOffsets(long rows) => TokenOffsets + (8 * (rows + 1));

    public static long SequenceLengths(long rows) => SequenceOffsets(rows) + (8 * (rows + 1));

    public static long Ids(long rows, long sequences) => SequenceLengths(rows) + (4 * sequences);

    public static long Mask(long rows, long sequences, long tokens, int idBytes) =>
        Ids(rows, sequences) + (tokens * idBytes);

    public static long Total(long rows, long sequences, long tokens, int idBytes) =>
        Mask(rows, sequences, tokens, idBytes) + ((tokens + 7) / 8);
}
