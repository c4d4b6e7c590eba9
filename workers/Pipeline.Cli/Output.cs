using System.CommandLine;
using System.Text.Json;
using Pipeline.Workflows;
using Pipeline.Workflows.Json;

namespace Pipeline.Cli;

/// <summary>The one answer of a verb on standard output: text for people, or one JSON document for programs.</summary>
internal static class Output
{
    /// <summary>Prints the answer in the form that was asked for.</summary>
    /// <returns>The exit code of success.</returns>
    public static int Write(ParseResult parsed, object document, string text)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            WriteJson(document);
        }
        else
        {
            Console.Out.WriteLine(text);
        }

        return ExitCodes.Ok;
    }

    public static void WriteJson(object document) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(document, PipelineJson.Options));
}
