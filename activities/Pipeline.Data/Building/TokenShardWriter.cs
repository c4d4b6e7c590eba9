using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Pipeline.Data.Packing;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Building;

/// <summary>Writes rows as one token shard. The same rows give the same bytes.</summary>
public static class TokenShardWriter
{
    /// <summary>Writes a shard; the file appears whole or not at all.</summary>
    /// <param name="path">File to write; must not exist, because shards are immutable.</param>
    /// <param name="rows">Rows in order.</param>
    /// <param name="vocabularySize">Number of ids; below 65,536 ids take two bytes.</param>
    /// <returns>What the index records.</returns>
    /// <exception cref="DataInputException">A row is inconsistent: an id outside the vocabulary, a label that is
    /// neither its id nor -100, wrong sequence lengths.</exception>
    /// <exception cref="IOException">The file exists.</exception>
    public static ShardInfo Write(string path, IReadOnlyList<TokenRow> rows, int vocabularySize)
    {
        if (File.Exists(path)) throw new IOException($"{path} exists; shards are immutable");
        var idBytes = vocabularySize <= ushort.MaxValue + 1 ? 2 : 4;
        for (var i = 0; i < rows.Count; i++) Check(rows[i], i, vocabularySize);
        var tokens = rows.Sum(r => (long)r.InputIds.Length);
        var sequences = rows.Sum(r => (long)(r.SequenceLengths?.Length ?? 1));
        var bytes = new byte[checked((int)ShardLayout.Total(rows.Count, sequences, tokens, idBytes))];
        Header(bytes, rows.Count, tokens, sequences, idBytes);
        var supervised = Body(bytes, rows, tokens, sequences, idBytes);
        var temporary = path + ".partial";
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, path, overwrite: false);
        return new ShardInfo(Path.GetFileName(path), rows.Count, tokens, supervised, bytes.Length,
            Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    private static void Header(Span<byte> bytes, long rows, long tokens, long sequences, int idBytes)
    {
        ShardLayout.Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], ShardLayout.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], (uint)idBytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], rows);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], tokens);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], sequences);
    }

    private static long Body(byte[] bytes, IReadOnlyList<TokenRow> rows, long tokens, long sequences, int idBytes)
    {
        var count = rows.Count;
        var tokenOffsets = MemoryMarshal.Cast<byte, long>(bytes.AsSpan((int)ShardLayout.TokenOffsets, 8 * (count + 1)));
        var sequenceOffsets =
            MemoryMarshal.Cast<byte, long>(bytes.AsSpan((int)ShardLayout.SequenceOffsets(count), 8 * (count + 1)));
        var lengths =
            MemoryMarshal.Cast<byte, int>(bytes.AsSpan((int)ShardLayout.SequenceLengths(count), (int)(4 * sequences)));
        var ids = bytes.AsSpan((int)ShardLayout.Ids(count, sequences), (int)(tokens * idBytes));
        var mask = bytes.AsSpan((int)ShardLayout.Mask(count, sequences, tokens, idBytes));
        var (token, sequence, supervised) = (0, 0, 0L);
        for (var r = 0; r < count; r++)
        {
            var row = rows[r];
            foreach (var length in row.SequenceLengths ?? [row.InputIds.Length]) lengths[sequence++] = length;
            for (var i = 0; i < row.InputIds.Length; i++, token++)
            {
                if (idBytes == 2) BinaryPrimitives.WriteUInt16LittleEndian(ids[(2 * token)..], (ushort)row.InputIds[i]);
                else BinaryPrimitives.WriteInt32LittleEndian(ids[(4 * token)..], row.InputIds[i]);
                if (row.Labels[i] == TokenRow.Ignored) continue;
                mask[token >> 3] |= (byte)(1 << (token & 7));
                supervised++;
            }

            tokenOffsets[r + 1] = token;
            sequenceOffsets[r + 1] = sequence;
        }

        return supervised;
    }

    private static void Check(TokenRow row, int index, int vocabularySize)
    {
        if (row.Labels.Length != row.InputIds.Length)
            throw Fault(index, $"{row.InputIds.Length} ids but {row.Labels.Length} labels");
        if (row.SequenceLengths is { } lengths && (lengths.Sum() != row.InputIds.Length || lengths.Any(l => l <= 0)))
            throw Fault(index, "the sequence lengths do not add up to the row");
        for (var i = 0; i < row.InputIds.Length; i++)
        {
            if ((uint)row.InputIds[i] >= (uint)vocabularySize)
                throw Fault(index, $"id {row.InputIds[i]} at token {i} is outside the vocabulary of {vocabularySize}");
            if (row.Labels[i] != TokenRow.Ignored && row.Labels[i] != row.InputIds[i])
                throw Fault(index, $"label {row.Labels[i]} at token {i} is neither -100 nor the id {row.InputIds[i]}");
        }
    }

    private static DataInputException Fault(int index, string what) => new("E-SHARD-ROW", $"row {index}: {what}");
}
