using System.Globalization;
using Google.Protobuf.Reflection;

namespace Pipeline.EmbeddedTemporal.HttpApi;

// Sets fields by the dotted names that paths and query strings use.
internal static class FieldPaths
{
    // Returns false when the message has no such field.
    public static bool Set(IMessage message, string path, string text)
    {
        var parts = path.Split('.');
        for (var i = 0; ; i++)
        {
            var field = message.Descriptor.Fields.InDeclarationOrder()
                .FirstOrDefault(f => f.Name == parts[i] || f.JsonName == parts[i]);
            if (field is null || field.IsMap) return false;
            if (i == parts.Length - 1) return SetValue(message, field, text);
            if (field.FieldType != FieldType.Message || field.IsRepeated) return false;
            if (field.Accessor.GetValue(message) is not IMessage inner)
            {
                inner = field.MessageType.Parser.ParseFrom(ByteString.Empty);
                field.Accessor.SetValue(message, inner);
            }

            message = inner;
        }
    }

    private static bool SetValue(IMessage message, FieldDescriptor field, string text)
    {
        object value;
        try
        {
            value = Value(field, text);
        }
        catch (Exception error) when (error is FormatException or OverflowException or InvalidProtocolBufferException)
        {
            throw RpcError.Invalid($"type mismatch, parameter: {field.JsonName}, error: {error.Message}");
        }

        if (field.IsRepeated) ((System.Collections.IList)field.Accessor.GetValue(message)).Add(value);
        else field.Accessor.SetValue(message, value);
        return true;
    }

    private static object Value(FieldDescriptor field, string text) => field.FieldType switch
    {
        FieldType.String => text,
        FieldType.Bool => text.Length == 0 || bool.Parse(text),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => int.Parse(text, CultureInfo.InvariantCulture),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => long.Parse(text, CultureInfo.InvariantCulture),
        FieldType.Double => double.Parse(text, CultureInfo.InvariantCulture),
        FieldType.Float => float.Parse(text, CultureInfo.InvariantCulture),
        // A plus sign that was not percent-encoded arrives as a space.
        FieldType.Bytes => ByteString.FromBase64(text.Replace(' ', '+').Replace('-', '+').Replace('_', '/')),
        FieldType.Enum => EnumValue(field.EnumType, text),
        FieldType.Message =>
            JsonParser.Default.Parse(System.Text.Json.JsonSerializer.Serialize(text), field.MessageType),
        _ => throw new FormatException($"a {field.FieldType} cannot be given here"),
    };

    private static object EnumValue(EnumDescriptor type, string text)
    {
        var number = int.TryParse(text, CultureInfo.InvariantCulture, out var n) ? n
            : type.FindValueByName(text)?.Number ?? throw new FormatException($"{text} is not valid");
        return System.Enum.ToObject(type.ClrType, number);
    }
}
