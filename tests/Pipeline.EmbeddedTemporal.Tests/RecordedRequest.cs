using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>
/// Turns the notation of recorded requests into messages: bytes as {"base64"}, long values as their length, durations
/// as objects.
/// </summary>
internal static partial class RecordedRequest
{
    public static IMessage Parse(JsonNode node, MessageDescriptor type) =>
        JsonParser.Default.Parse(Message(node.AsObject(), type).ToJsonString(), type);

    private static JsonObject Message(JsonObject source, MessageDescriptor type)
    {
        var target = new JsonObject();
        foreach (var (name, value) in source)
        {
            var field = type.Fields.InDeclarationOrder().First(f => f.JsonName == name);
            if (value is null) continue;
            target[name] = field.IsMap
                ? new JsonObject(value.AsObject()
                    .Select(e => KeyValuePair.Create(e.Key, Value(e.Value!, field.MessageType.FindFieldByNumber(2)))))
                : value is JsonArray list
                ? new JsonArray([.. list.Select(v => Value(v!, field))]) : Value(value, field);
        }

        return target;
    }

    private static JsonNode? Value(JsonNode value, FieldDescriptor field)
    {
        if (field.FieldType == FieldType.Message && field.MessageType.FullName == "google.protobuf.Duration")
            return $"{value["seconds"] ?? 0}.{(value["nanos"]?.GetValue<int>() ?? 0).ToString("D9", CultureInfo.InvariantCulture)}s".Replace(".000000000s", "s", StringComparison.Ordinal);
        if (field.FieldType == FieldType.Message) return Message(value.AsObject(), field.MessageType);
        if (value is JsonObject bytes) return bytes["base64"]!.GetValue<string>();
        if (value.GetValueKind() == System.Text.Json.JsonValueKind.String
            && Long().Match(value.GetValue<string>()) is { Success: true } found)
        {
            var length = int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture);
            return field.FieldType == FieldType.Bytes
                ? Convert.ToBase64String(new byte[length]) : new string('x', length);
        }

        return value.DeepClone();
    }

    [GeneratedRegex("^<([0-9]+) (?:characters|bytes)>$", RegexOptions.None, 1000)]
    private static partial Regex Long();
}
