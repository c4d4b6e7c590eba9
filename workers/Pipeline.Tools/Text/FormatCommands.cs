using System.CommandLine;
using Pipeline.Data.Formats;
using Pipeline.Data.Readers;

namespace Pipeline.Tools.Text;

/// <summary><c>dataset convert|schema</c>: the row formats.</summary>
internal static class FormatCommands
{
    public static Command Convert()
    {
        var inputs = new Argument<FileInfo[]>("inputs")
        {
            Description = "files with rows of any known format",
            Arity = ArgumentArity.OneOrMore,
        };
        var format = new Option<string?>("--format")
        {
            Description = "format of the rows; found by their keys when not given",
        };
        var output = new Option<FileInfo?>("--out") { Description = "file to write; standard output when not given" };
        var command = new Command("convert",
            "Rows of any known format to the canonical form, one JSON object a line.") { inputs, format, output };
        command.SetAction(parsed =>
        {
            var (file, rows) = (parsed.GetValue(output), 0L);
            using (var writer = file is null ? null : new StreamWriter(file.FullName) { NewLine = "\n" })
            {
                var list = new JsonList(writer ?? Console.Out, file is null && parsed.GetValue(Answer.Json));
                foreach (var row in RowReader.ReadFiles([.. parsed.GetRequiredValue(inputs).Select(f => f.FullName)]))
                {
                    list.Add(Line(row, parsed.GetValue(format) is { } name ? Known(name) : null));
                    rows++;
                }

                list.End();
            }

            if (file is not null) Answer.Document(parsed, new { file = file.FullName, rows });
            return 0;
        });
        return command;
    }

    public static Command Schema()
    {
        var format = new Argument<string?>("format")
        {
            Description = "a row format; all are listed when not given",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("schema", "The JSON schema of a row format.") { format };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(format) is { } one) Console.Out.Write(RowSchema.Of(Known(one)));
            else
            {
                var names = Enum.GetValues<DataFormat>().Select(RowSchema.Name).ToList();
                Answer.Write(parsed, names, string.Join('\n', names));
            }

            return 0;
        });
        return command;
    }

    private static DataFormat Known(string name) => Enum.GetValues<DataFormat>() is var all
        && Array.Find(all, format => RowSchema.Name(format) == name) is var found && RowSchema.Name(found) == name
        ? found
        : throw new ArgumentException(
            $"there is no row format '{name}'; known are {string.Join(", ", all.Select(RowSchema.Name))}",
            nameof(name));

    private static string Line(SourceRow row, DataFormat? format)
    {
        using var document = row.Parse();
        var known = format ?? FormatDetector.Detect(document.RootElement)
            ?? throw new DataInputException("E-FMT-UNKNOWN", $"{row.Id}: no known format fits; name one with --format");
        try
        {
            return CanonicalJson.Of(RowConverter.Convert(document.RootElement, known, row.Id));
        }
        catch (RowFaultException fault)
        {
            throw new DataInputException(fault.Code, $"{row.Id}: {fault.Message}");
        }
    }
}
