using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.Activities.Data;

/// <summary>The demo task: name and description of a package ask, its section answers.</summary>
internal static class DebianSectionTask
{
    /// <summary>What inputs call the task.</summary>
    public const string Name = "debian-section";

    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Turns a package row into a chat row.</summary>
    /// <exception cref="InvalidDataException">The row has no package, description or section.</exception>
    public static string Chat(string line)
    {
        using var row = JsonDocument.Parse(line);
        var (package, description, section) =
            (Text(row.RootElement, "package"), Text(row.RootElement, "description"), Text(row.RootElement, "section"));
        var messages = new[]
        {
            new { role = "user",
                content = "Which section of the Debian archive does this package belong to?\nPackage: "
                    + $"{package}\nDescription: {description}" },
            new { role = "assistant", content = section },
        };
        return JsonSerializer.Serialize(new { package, messages }, Json);
    }

    /// <summary>A chat row with the id of its package row, under which people see it.</summary>
    public static string Named(string chat, string row)
    {
        using var source = JsonDocument.Parse(row);
        return source.RootElement.TryGetProperty("id", out var id)
            ? $"{{\"id\":{id.GetRawText()},{chat[1..]}" : chat;
    }

    private static string Text(JsonElement row, string field) =>
        row.TryGetProperty(field, out var value) && value.GetString() is { Length: > 0 } text
            ? text
            : throw new InvalidDataException(
                $"a row has no text '{field}'; dataset.task debian-section needs package, description and section "
                    + "(use auto for other data)");
}
