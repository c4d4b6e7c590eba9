using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.EmbeddedTemporal.Visibility;

// Search attributes as the JSON that filters read.
internal static class AttributeJson
{
    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write(SearchAttributes attributes)
    {
        var json = new JsonObject();
        foreach (var (name, payload) in attributes.IndexedFields) json[name] = Value(payload);
        return json.ToJsonString();
    }

    public static bool IsUnset(Payload? payload) => payload is null || payload.Data.IsEmpty
        || (payload.Metadata.TryGetValue("encoding", out var encoding) && encoding.ToStringUtf8() == "binary/null")
        || payload.Data.ToStringUtf8() is "null" or "[]";

    public static List<string> Strings(Payload payload) =>
        JsonSerializer.Deserialize<List<string>>(payload.Data.Span) ?? [];

    public static Payload Payload(IEnumerable<string> values, IndexedValueType type) => new()
    {
        Metadata = { ["encoding"] = ByteString.CopyFromUtf8("json/plain"),
            ["type"] = ByteString.CopyFromUtf8(type.ToString()) },
        Data = ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(values, Relaxed)),
    };

    // As lists show them: a scalar is a scalar, however it was given.
    public static SearchAttributes Listed(SearchAttributes attributes)
    {
        var listed = attributes.Clone();
        foreach (var payload in listed.IndexedFields.Values)
        {
            if (payload.Data is { Length: > 0 } data && data[0] == (byte)'[')
                payload.Data = ByteString.CopyFromUtf8(Value(payload)?.ToJsonString(Relaxed) ?? "null");
        }

        return listed;
    }

    public static Payload Keyword(string value) => Scalar(value, IndexedValueType.Keyword);

    public static Payload Scalar(string value, IndexedValueType type) => new()
    {
        Metadata = { ["encoding"] = ByteString.CopyFromUtf8("json/plain"),
            ["type"] = ByteString.CopyFromUtf8(type.ToString()) },
        Data = ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(value, Relaxed)),
    };

    // A scalar type wrapped in a list of one, as some SDKs send it, is the scalar.
    public static JsonNode? Value(Payload payload)
    {
        var node = JsonNode.Parse(payload.Data.Span);
        var isList = payload.Metadata.TryGetValue("type", out var type)
            && type.ToStringUtf8() == nameof(IndexedValueType.KeywordList);
        return node is JsonArray { Count: 1 } list && !isList ? list[0]?.DeepClone() : node;
    }
}
