using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Temporalio.Converters;

namespace Pipeline.Workflows.Json;

/// <summary>JSON form of every payload: camel case, enums as words, text readable in the Web UI.</summary>
public static class PipelineJson
{
    /// <summary>The options.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Converter that clients and workers use.</summary>
    /// <param name="codec">Encrypts payloads, or null.</param>
    /// <returns>The converter.</returns>
    public static DataConverter Converter(IPayloadCodec? codec = null) =>
        new(new DefaultPayloadConverter(Options), codec is null
            ? new DefaultFailureConverter() : new DefaultFailureConverter.WithEncodedCommonAttributes(), codec);

    private static JsonSerializerOptions Create() => new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}
