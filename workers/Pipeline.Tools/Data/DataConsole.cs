using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Data.Readers;

namespace Pipeline.Tools.Data;

/// <summary>Prints the summary record of a stage: indented lines, or one JSON object with <c>--json</c>.</summary>
internal static class DataConsole
{
    private const int MostShown = 20;

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
    /// <param name="output">Where the stage writes to.</param>
    /// <param name="again">What the same command does after an interruption.</param>
    /// <param name="run">The stage.</param>
    /// <param name="cancellation">Stops what comes after the stage.</param>
    public static async Task<int> RunAsync<T>(
        ParseResult parsed, StageOutput output, string again, Func<ProgressLine, Task<T>> run,
        CancellationToken cancellation)
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
                $"stopped; {output.Place} holds no finished result. Start the same command again: {again}", exception);
        }

        progress.Dispose();
        foreach (var name in (string[])["quarantine.jsonl", "clusters/quarantine.jsonl"])
        {
            await TellQuarantineAsync(Path.Combine(output.Folder, name), $"{output.Place.TrimEnd('/')}/{name}");
        }

        var node = JsonSerializer.SerializeToElement(summary, Options);
        RequireRows(node);
        await output.PublishAsync(cancellation);
        Print(parsed, node);
        return 0;
    }

    // A result without a row is most likely the wrong kind of file; nobody should go on with it.
    private static void RequireRows(JsonElement summary)
    {
        if (summary.TryGetProperty("rows", out var rows) && rows.ValueKind == JsonValueKind.Object
            && rows.GetProperty("in").GetInt64() is > 0 and var all
            && rows.GetProperty("quarantined").GetInt64() == all)
        {
            throw new DataInputException(
                "E-ING-ROWS",
                $"none of the {all:N0} rows can be read; this verb reads JSONL, one object a line, as data ingest "
                    + "writes it: take the source in first");
        }
    }

    private static async Task TellQuarantineAsync(string path, string place)
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
        var where = row.TryGetProperty("file", out var file) || row.TryGetProperty("object", out file)
            ? $"{file}:{row.GetProperty("line")}: {row.GetProperty("reason")}" : first;
        await Console.Error.WriteLineAsync(
            $"rows set aside: {rows:N0}, the first is {where}. Mend or remove them in the "
                + $"source; all are in {place}");
    }

    public static void Print<T>(ParseResult parsed, T summary) =>
        Print(parsed, JsonSerializer.SerializeToElement(summary, Options));

    private static void Print(ParseResult parsed, JsonElement node)
    {
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
            if (property.Name == "objects" && property.Value.ValueKind == JsonValueKind.Object)
            {
                Objects(property.Value, indent);
            }
            else if (property.Value.ValueKind == JsonValueKind.Object)
            {
                Console.WriteLine($"{indent}{property.Name}:");
                Indented(property.Value, indent + "  ");
            }
            else if (property.Value.ValueKind == JsonValueKind.Array)
            {
                List(property, indent);
            }
            else
            {
                Console.WriteLine($"{indent}{property.Name}: {property.Value}");
            }
        }
    }

    // Rows by the object that they came from: there may be thousands.
    private static void Objects(JsonElement objects, string indent)
    {
        var all = objects.EnumerateObject().OrderByDescending(item => item.Value.GetProperty("in").GetInt64()).ToList();
        Console.WriteLine($"{indent}objects ({all.Count}):");
        foreach (var item in all.Take(MostShown))
        {
            var rows = item.Value;
            var removed = rows.GetProperty("removed").EnumerateObject().Select(rule => $", {rule.Name} {rule.Value}");
            Console.WriteLine($"{indent}  {item.Name}: in {rows.GetProperty("in")}, out {rows.GetProperty("out")}, "
                + $"quarantined {rows.GetProperty("quarantined")}{string.Concat(removed)}");
        }

        TellMore(all.Count, indent);
    }

    private static void List(JsonProperty list, string indent)
    {
        var (head, length) = ($"{indent}{list.Name} ({list.Value.GetArrayLength()})", list.Value.GetArrayLength());
        if (length == 0 || list.Value[0].ValueKind != JsonValueKind.Object)
        {
            Console.WriteLine($"{head}: {string.Join(", ", list.Value.EnumerateArray().Take(MostShown))}");
            return;
        }

        Console.WriteLine($"{head}:");
        foreach (var item in list.Value.EnumerateArray().Take(MostShown))
        {
            var fields = item.EnumerateObject()
                .Select(field => $"{field.Name} {(field.Name == "sha256" ? $"{field.Value}"[..12] : field.Value)}");
            Console.WriteLine($"{indent}  {string.Join(", ", fields)}");
        }

        TellMore(length, indent);
    }

    private static void TellMore(int length, string indent)
    {
        if (length > MostShown)
        {
            Console.WriteLine($"{indent}  and {length - MostShown:N0} more; all are in summary.json");
        }
    }
}
