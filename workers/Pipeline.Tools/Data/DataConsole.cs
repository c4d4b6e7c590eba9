using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Tools.Data;

/// <summary>Prints the summary record of a stage: indented lines, or one JSON object with <c>--json</c>.</summary>
internal static class DataConsole
{
    public static readonly Option<bool> Json = new("--json") { Description = "print the summary as JSON" };

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void Print<T>(ParseResult parsed, T summary)
    {
        var node = JsonSerializer.SerializeToElement(summary, Options);
        if (parsed.GetValue(Json))
        {
            Console.WriteLine(node.GetRawText());
            return;
        }

        Indented(node, "");
    }

    private static void Indented(JsonElement element, string indent)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Object)
            {
                Console.WriteLine($"{indent}{property.Name}:");
                Indented(property.Value, indent + "  ");
            }
            else if (property.Value.ValueKind == JsonValueKind.Array)
            {
                var shown = property.Value.EnumerateArray().Take(20).Select(Short);
                Console.WriteLine($"{indent}{property.Name} ({property.Value.GetArrayLength()}): {string.Join(", ", shown)}");
            }
            else
            {
                Console.WriteLine($"{indent}{property.Name}: {property.Value}");
            }
        }
    }

    private static string Short(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("key", out var key) && element.TryGetProperty("value", out var value)
            ? $"{key}={value}"
            : element.ToString();
}
