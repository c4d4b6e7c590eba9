using System.Text;
using System.Text.Json;
using Google.Protobuf.Reflection;

namespace Pipeline.EmbeddedTemporal.HttpApi;

// Turns the JSON that people and the web interface write into the strict proto JSON that the parser reads: short enum
// names, nulls, and payloads written as plain JSON values. Unknown fields are refused with their position.
internal ref struct JsonNormalizer
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly Utf8JsonWriter _writer;
    private Utf8JsonReader _reader;

    private JsonNormalizer(ReadOnlySpan<byte> json, Utf8JsonWriter writer)
    {
        _json = json;
        _writer = writer;
        _reader = new Utf8JsonReader(json);
    }

    public static string Normalize(ReadOnlySpan<byte> json, MessageDescriptor message)
    {
        using var output = new MemoryStream();
        try
        {
            using (var writer = new Utf8JsonWriter(output))
            {
                var normalizer = new JsonNormalizer(json, writer);
                normalizer._reader.Read();
                if (normalizer._reader.TokenType != JsonTokenType.StartObject)
                    throw RpcError.Invalid("the request body is not a JSON object");
                normalizer.Message(message);
                while (normalizer._reader.Read())
                {
                    // Anything behind the object is an error that the reader reports.
                }
            }
        }
        catch (JsonException error)
        {
            throw RpcError.Invalid(
                $"malformed JSON at line {error.LineNumber + 1}, position {error.BytePositionInLine + 1}: "
                    + $"{error.Message.Split(" LineNumber")[0]}");
        }

        return Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length);
    }

    private void Message(MessageDescriptor message)
    {
        _writer.WriteStartObject();
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = _reader.GetString()!;
            var field = message.Fields.InDeclarationOrder().FirstOrDefault(f => f.JsonName == name || f.Name == name)
                ?? throw RpcError.Invalid(
                    $"temporalproto: {Position(_reader.TokenStartIndex)}: unknown field \"{name}\"");
            _reader.Read();
            if (_reader.TokenType == JsonTokenType.Null) continue;
            _writer.WritePropertyName(field.JsonName);
            if (field.IsMap) Map(field);
            else if (field.IsRepeated && _reader.TokenType == JsonTokenType.StartArray) List(field);
            else Single(field);
        }

        _writer.WriteEndObject();
    }

    private void Map(FieldDescriptor field)
    {
        if (_reader.TokenType != JsonTokenType.StartObject) throw Unexpected(field);
        var value = field.MessageType.FindFieldByNumber(2);
        _writer.WriteStartObject();
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = _reader.GetString()!;
            _reader.Read();
            if (_reader.TokenType == JsonTokenType.Null) continue;
            _writer.WritePropertyName(name);
            Single(value);
        }

        _writer.WriteEndObject();
    }

    private void List(FieldDescriptor field)
    {
        _writer.WriteStartArray();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reader.TokenType != JsonTokenType.Null || IsPayload(field)) Single(field);
        }

        _writer.WriteEndArray();
    }

    private void Single(FieldDescriptor field)
    {
        if (field.FieldType == FieldType.Enum && _reader.TokenType == JsonTokenType.String)
            _writer.WriteStringValue(EnumName(field.EnumType, _reader.GetString()!));
        else if (field.FieldType is not FieldType.Message
            || field.MessageType.FullName.StartsWith("google.protobuf.", StringComparison.Ordinal)) Copy();
        else if (field.MessageType == Payloads.Descriptor && _reader.TokenType == JsonTokenType.StartArray)
            ShortPayloads();
        else if (IsPayload(field) && !IsWrittenOut()) ShortPayload();
        else if (_reader.TokenType == JsonTokenType.StartObject) Message(field.MessageType);
        else throw Unexpected(field);
    }

    private static bool IsPayload(FieldDescriptor field) =>
        field.FieldType == FieldType.Message && field.MessageType == Payload.Descriptor;

    private void ShortPayloads()
    {
        _writer.WriteStartObject();
        _writer.WritePropertyName("payloads");
        _writer.WriteStartArray();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (IsWrittenOut()) Message(Payload.Descriptor);
            else ShortPayload();
        }

        _writer.WriteEndArray();
        _writer.WriteEndObject();
    }

    // A payload as its two fields, not as a bare value.
    private readonly bool IsWrittenOut()
    {
        if (_reader.TokenType != JsonTokenType.StartObject) return false;
        var ahead = _reader;
        var any = false;
        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            if (!ahead.ValueTextEquals("metadata") && !ahead.ValueTextEquals("data")
                && !ahead.ValueTextEquals("externalPayloads")) return false;
            any = true;
            ahead.Read();
            ahead.Skip();
        }

        return any;
    }

    private void ShortPayload()
    {
        var start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        _writer.WriteStartObject();
        _writer.WriteStartObject("metadata");
        _writer.WriteBase64String("encoding", "json/plain"u8);
        _writer.WriteEndObject();
        _writer.WriteBase64String("data", _json[start..(int)_reader.BytesConsumed]);
        _writer.WriteEndObject();
    }

    private void Copy()
    {
        var start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        _writer.WriteRawValue(_json[start..(int)_reader.BytesConsumed]);
    }

    // "BufferAll" means SCHEDULE_OVERLAP_POLICY_BUFFER_ALL: older clients leave the prefix out.
    private static string EnumName(EnumDescriptor type, string name)
    {
        if (type.FindValueByName(name) is not null) return name;
        var screaming = string.Concat(
            name.Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString()));
        return type.Values.FirstOrDefault(v => v.Name.EndsWith("_" + screaming, StringComparison.Ordinal))?.Name
            ?? name;
    }

    private readonly RpcError Unexpected(FieldDescriptor field) =>
        RpcError.Invalid(
            $"temporalproto: {Position(_reader.TokenStartIndex)}: field {field.JsonName} cannot be a "
                + $"{_reader.TokenType}");

    private readonly string Position(long index)
    {
        var before = _json[..(int)index];
        var line = before.LastIndexOf((byte)'\n');
        return $"(line {before.Count((byte)'\n') + 1}:{before.Length - line})";
    }
}
