using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.Gateway;

/// <summary>The option <c>--json</c> of every verb: one JSON document has standard output to itself.</summary>
internal static class JsonAnswer
{
    public static readonly Option<bool> Option = new("--json")
    {
        Description = "print one JSON document instead of text",
        Recursive = true,
    };

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Prints a document.</summary>
    public static void Write(object document) => Console.Out.WriteLine(JsonSerializer.Serialize(document, Indented));

    /// <summary>Says what went wrong, for people and, where JSON was asked for, for programs.</summary>
    public static async Task<int> FailAsync(bool json, string message, int code)
    {
        await Console.Error.WriteLineAsync($"error: {message}");
        if (json)
        {
            Write(new { error = new { code, message } });
        }

        return code;
    }
}
