using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.Gateway.Api;

/// <summary>
/// How answers are written: as JSON, never as a part of a page, so letters of any script stay as they are.
/// </summary>
internal static class ApiJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
