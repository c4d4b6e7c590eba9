using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Tools.Data;

/// <summary>Prints the summary record of a stage: indented lines, or one JSON object with <c>--json</c>.</summary>
internal static class DataConsole
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>
    /// Runs a stage with progress, prints its summary, and says where rows were set aside and what an interrupted run
    /// left.
    /// </summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="folder">Output folder of the stage.</param>
    /// <param name="again">What the same command does after an interruption.</param>
    /// <param name="run">The stage.</param>
    public static async Task<int> RunAsync<T>(
        ParseResult parsed, string folder, string again, Func<ProgressLine, Task<T>> run)
    {
        using var progress = new ProgressLine();
        T summary;
        try
        {
            summary = await run(progress);
        }
        catch (OperationCanceledException exception)
        {
            throw new OperationCanceledException(
                $"stopped; {folder} holds no finished result. Start the same command again: {again}", exception);
        }

        progress.Dispose();
        foreach (var path in new[] { Path.Combine(folder, "quarantine.jsonl"),
            Path.Combine(folder, "clusters", "quarantine.jsonl") })
        {
            await TellQuarantineAsync(path);
        }

        Print(parsed, summary);
        return 0;
    }

    private static async Task TellQuarantineAsync(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        var (first, rows) = ((string?)null, 0L);
        foreach (var line in File.ReadLines(path))
        {
            first ??= line;
            rows++;
        }

        if (first is null)
        {
            return;
        }

        var row = JsonDocument.Parse(first).RootElement;
        var place = row.TryGetProperty("file", out var file) || row.TryGetProperty("object", out file)
            ? $"{file}:{row.GetProperty("line")}: {row.GetProperty("reason")}" : first;
        await Console.Error.WriteLineAsync(
            $"rows set aside: {rows:N0}, the first is {place}. Mend or remove them in the "
                + $"source; all are in {path}");
    }

    public static void Print<T>(ParseResult parsed, T summary)
    {
        var node = JsonSerializer.SerializeToElement(summary, Options);
        if (parsed.GetValue(Answer.Json))
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
                Console.WriteLine(
                    $"{indent}{property.Name} ({property.Value.GetArrayLength()}): {string.Join(", ", shown)}");
            }
            else
            {
                Console.WriteLine($"{indent}{property.Name}: {property.Value}");
            }
        }
    }

    private static string Short(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("key", out var key)
            && element.TryGetProperty("value", out var value)
            ? $"{key}={value}"
            : element.ToString();
}
