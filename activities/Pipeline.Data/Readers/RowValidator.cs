using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Pipeline.Data.Readers;

/// <summary>
/// Strict check of one JSON row: valid UTF-8, one object, no duplicate keys, no NUL, paired surrogates, bounded depth
/// and numbers.
/// </summary>
public sealed class RowValidator
{
    private readonly ReaderOptions _options;
    private readonly List<List<ReadOnlyMemory<byte>>> _keys = [];
    private readonly List<HashSet<string>?> _manyKeys = [];

    /// <summary>Creates a validator; one instance serves one thread.</summary>
    /// <param name="options">Limits.</param>
    public RowValidator(ReaderOptions options) => _options = options;

    /// <summary>Checks a row.</summary>
    /// <param name="row">The row's bytes without its line end.</param>
    /// <returns>The fault, or null when the row is sound.</returns>
    public RowFault? Check(ReadOnlyMemory<byte> row)
    {
        var span = row.Span;
        if (!Utf8.IsValid(span))
        {
            return new RowFault("E-ROW-UTF8",
                "the row is not valid UTF-8; re-encode it, bytes are never replaced silently", FirstInvalid(span));
        }

        var reader = new Utf8JsonReader(span, new JsonReaderOptions { MaxDepth = _options.MaxDepth + 1 });
        try
        {
            while (reader.Read())
            {
                if (CheckToken(ref reader, row) is { } fault) return fault;
            }

            return null;
        }
        catch (JsonException exception)
        {
            var at = exception.BytePositionInLine ?? 0;
            return new RowFault("E-ROW-JSON", "the row is not valid JSON", Math.Max(at, reader.BytesConsumed));
        }
    }

    private RowFault? CheckToken(ref Utf8JsonReader reader, ReadOnlyMemory<byte> row)
    {
        if (reader.TokenStartIndex == 0 || reader.CurrentDepth == 0)
        {
            if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.EndObject))
            {
                return new RowFault("E-ROW-OBJECT", "the row is not a JSON object", reader.TokenStartIndex);
            }
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                if (reader.CurrentDepth >= _options.MaxDepth)
                    return new RowFault(
                        "E-ROW-DEPTH", $"the row nests deeper than {_options.MaxDepth}", reader.TokenStartIndex);
                while (_keys.Count <= reader.CurrentDepth + 1)
                {
                    _keys.Add([]);
                    _manyKeys.Add(null);
                }

                _keys[reader.CurrentDepth + 1].Clear();
                _manyKeys[reader.CurrentDepth + 1] = null;
                return null;
            case JsonTokenType.StartArray when reader.CurrentDepth >= _options.MaxDepth:
                return new RowFault(
                    "E-ROW-DEPTH", $"the row nests deeper than {_options.MaxDepth}", reader.TokenStartIndex);
            case JsonTokenType.PropertyName:
                return Escapes(ref reader) ?? DuplicateKey(ref reader, row);
            case JsonTokenType.String:
                return Escapes(ref reader);
            case JsonTokenType.Number:
                return Number(ref reader);
            default:
                return null;
        }
    }

    private RowFault? DuplicateKey(ref Utf8JsonReader reader, ReadOnlyMemory<byte> row)
    {
        var start = (int)reader.TokenStartIndex + 1;
        var key = reader.ValueIsEscaped
            ? Encoding.UTF8.GetBytes(reader.GetString() ?? string.Empty) : row.Slice(start, reader.ValueSpan.Length);
        var seen = _keys[reader.CurrentDepth];
        bool duplicate;
        if (seen.Count < 32)
        {
            duplicate = false;
            foreach (var other in seen) duplicate |= other.Span.SequenceEqual(key.Span);
        }
        else
        {
            var many = _manyKeys[reader.CurrentDepth] ??= new HashSet<string>(
                seen.Select(k => Encoding.UTF8.GetString(k.Span)), StringComparer.Ordinal);
            duplicate = !many.Add(Encoding.UTF8.GetString(key.Span));
        }

        seen.Add(key);
        return duplicate
            ? new RowFault(
                "E-ROW-DUPLICATE-KEY", "an object has the same key twice; readers disagree on which one counts",
                reader.TokenStartIndex) : null;
    }

    private static RowFault? Escapes(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return null;
        var value = reader.ValueSpan;
        for (var i = value.IndexOf((byte)'\\'); i >= 0 && i < value.Length; i++)
        {
            if (value[i] != '\\') continue;
            if (value[++i] != 'u') continue;
            var unit = Hex(value.Slice(i + 1, 4));
            var at = reader.TokenStartIndex + i;
            i += 4;
            if (unit == 0) return new RowFault("E-ROW-NUL", "a string contains the NUL character", at);
            if (unit is >= 0xDC00 and <= 0xDFFF) return LoneSurrogate(at);
            if (unit is < 0xD800 or > 0xDBFF) continue;
            if (i + 6 >= value.Length || value[i + 1] != '\\' || value[i + 2] != 'u'
                || Hex(value.Slice(i + 3, 4)) is < 0xDC00 or > 0xDFFF)
            {
                return LoneSurrogate(at);
            }

            i += 6;
        }

        return null;
    }

    private static RowFault LoneSurrogate(long at) =>
        new("E-ROW-SURROGATE", "a string escape is half of a surrogate pair, which is no character", at);

    private static int Hex(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var digit in digits) value = (value << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        return value;
    }

    private RowFault? Number(ref Utf8JsonReader reader)
    {
        var text = reader.ValueSpan;
        if (text.Length <= 15) return text.IndexOfAny("eE"u8) >= 0 && !double.IsFinite(reader.GetDouble())
            ? OutOfRange(reader.TokenStartIndex) : null;
        if (text.IndexOfAny(".eE"u8) >= 0)
            return double.IsFinite(reader.GetDouble()) ? null : OutOfRange(reader.TokenStartIndex);
        if (!reader.TryGetInt64(out var value)) return OutOfRange(reader.TokenStartIndex);
        return _options.RefuseInexactIntegers && Math.Abs((decimal)value) > 1L << 53
            ? OutOfRange(reader.TokenStartIndex) : null;
    }

    private static RowFault OutOfRange(long at) =>
        new("E-ROW-NUMBER", "a number is out of range; write it as a string", at);

    private static long FirstInvalid(ReadOnlySpan<byte> span)
    {
        var offset = 0;
        while (offset < span.Length)
        {
            if (Rune.DecodeFromUtf8(span[offset..], out _, out var used) != System.Buffers.OperationStatus.Done)
                return offset;
            offset += used;
        }

        return offset;
    }
}
