using System.Buffers.Binary;

namespace Pipeline.Data.Tokenizers.Loading;

/// <summary>Walks over the fields of one protocol buffer message.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>
    /// Reads the next field; numbers come in <paramref name="value"/>, texts and messages in
    /// <paramref name="content"/>.
    /// </summary>
    internal bool TryReadField(out int field, out ulong value, out ReadOnlySpan<byte> content)
    {
        content = default;
        (field, value) = (0, 0);
        if (_rest.IsEmpty) return false;
        var tag = ReadNumber();
        field = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0:
                value = ReadNumber();
                return true;
            case 1:
                value = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                return true;
            case 2:
                content = Take(ReadNumber());
                return true;
            case 5:
                value = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                return true;
            default:
                throw new FormatException("the file is not a SentencePiece model: it has a field of an unknown kind");
        }
    }

    private ulong ReadNumber()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var b = Take(1)[0];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }

        throw new FormatException("the file is not a SentencePiece model: it has a number of more than 64 bits");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
            throw new FormatException("the file is not a SentencePiece model, or it is cut short");
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
