using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.EmbeddedTemporal.Storage;

// Stored state is JSON; protobuf messages inside it are base64 of their wire form.
internal static class StateJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Converters = { new MessageConverterFactory() },
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static T Read<T>(string json) =>
        JsonSerializer.Deserialize<T>(json, Options)
            ?? throw new DatabaseException($"A stored {typeof(T).Name} is empty.");

    private sealed class MessageConverterFactory : JsonConverterFactory
    {
        private readonly ConcurrentDictionary<System.Type, JsonConverter> _converters = new();

        public override bool CanConvert(System.Type typeToConvert) => typeof(IMessage).IsAssignableFrom(typeToConvert);

        public override JsonConverter CreateConverter(System.Type typeToConvert, JsonSerializerOptions options) =>
            _converters.GetOrAdd(typeToConvert, static type =>
                (JsonConverter)Activator.CreateInstance(typeof(MessageConverter<>).MakeGenericType(type))!);
    }

    private sealed class MessageConverter<T> : JsonConverter<T>
        where T : IMessage<T>, new()
    {
        public override T Read(ref Utf8JsonReader reader, System.Type typeToConvert, JsonSerializerOptions options)
        {
            var message = new T();
            message.MergeFrom(reader.GetBytesFromBase64());
            return message;
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteBase64StringValue(value.ToByteArray());
    }
}
