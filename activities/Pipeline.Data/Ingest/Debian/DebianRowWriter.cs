using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.Data.Ingest.Debian;

/// <summary>Writes packages as rows of the demo task: name and short description ask, the section answers.</summary>
internal static class DebianRowWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Question(DebianPackage package) =>
        $"Which section of the Debian archive does this package belong to?\nPackage: {package.Name}\nDescription: "
            + $"{package.Description}";

    public static void Write(System.Buffers.IBufferWriter<byte> output, DebianPackage package)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("id", "debian:" + package.Name);
        json.WriteString("package", package.Name);
        json.WriteString("source", package.Source);
        json.WriteString("version", package.Version);
        json.WriteString("section", package.Section);
        json.WriteStartArray("messages");
        Message(json, "user", Question(package));
        Message(json, "assistant", package.Section);
        json.WriteEndArray();
        json.WriteString("description", package.Description);
        json.WriteString("long_description", package.LongDescription);
        json.WriteStartArray("tags");
        foreach (var tag in package.Tags)
        {
            json.WriteStringValue(tag);
        }

        json.WriteEndArray();
        json.WriteString("maintainer", package.Maintainer);
        json.WriteString("homepage", package.Homepage);
        json.WriteString("split", package.Split.ToString().ToLowerInvariant());
        json.WriteString("license", package.Area == "main" ? "DFSG-free" : package.Area);
        json.WriteString(
            "license_note", $"archive area {package.Area}; exact terms in /usr/share/doc/{package.Name}/copyright");
        json.WriteEndObject();
    }

    private static void Message(Utf8JsonWriter json, string role, string content)
    {
        json.WriteStartObject();
        json.WriteString("role", role);
        json.WriteString("content", content);
        json.WriteEndObject();
    }
}
