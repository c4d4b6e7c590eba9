using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Tools;

/// <summary>
/// What a verb answers: text for people, or with <c>--json</c> one JSON document that has standard output to itself;
/// what people read then goes to standard error.
/// </summary>
internal static class Answer
{
    /// <summary>The option, which every verb has.</summary>
    public static readonly Option<bool> Json = new("--json")
    {
        Description = "print one JSON document instead of text",
        Recursive = true,
    };

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Where text for people goes.</summary>
    public static TextWriter Text(ParseResult parsed) => parsed.GetValue(Json) ? Console.Error : Console.Out;

    /// <summary>Prints the document where it was asked for.</summary>
    public static void Document(ParseResult parsed, object document)
    {
        if (parsed.GetValue(Json))
        {
            Print(document);
        }
    }

    /// <summary>Prints the document, or the line for people.</summary>
    public static void Write(ParseResult parsed, object document, string line)
    {
        Document(parsed, document);
        if (!parsed.GetValue(Json))
        {
            Console.Out.WriteLine(line);
        }
    }

    /// <summary>Says what went wrong, for people and, where JSON was asked for, for programs.</summary>
    public static async Task<int> FailAsync(bool json, string message, int code)
    {
        await Console.Error.WriteLineAsync($"error: {message}");
        if (json)
        {
            Print(new { error = new { code, message } });
        }

        return code;
    }

    private static void Print(object document) => Console.Out.WriteLine(JsonSerializer.Serialize(document, Options));
}
