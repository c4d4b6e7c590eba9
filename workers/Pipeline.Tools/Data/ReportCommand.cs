using System.CommandLine;
using Pipeline.Data.Stages;
using Pipeline.Data.Stages.Reports;

namespace Pipeline.Tools.Data;

/// <summary><c>data report</c>: one page with plots over the folders of finished stages.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var folders = new Argument<string[]>("folders")
        {
            Description = "output folders of stages, in the order of the run; also s3://BUCKET/PREFIX",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<FileInfo>("--out") { Description = "HTML file to write", Required = true };
        var title = new Option<string>("--title")
        {
            Description = "title of the page",
            DefaultValueFactory = _ => "Data stages",
        };
        var fields = new Option<string[]>("--field") { Description = "text field of the rows; repeatable" };
        var command = new Command(
            "report", "What the stages did, as one HTML page with plots.") { folders, output, title, fields };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var copies = new StageCopies();
            var paths = await copies.OpenAsync(parsed.GetRequiredValue(folders), cancellationToken);
            var stages = paths.Select(StageReport.Read).ToList();
            var text = parsed.GetValue(fields) is { Length: > 0 } names ? TextFields.Named(names) : TextFields.Default;
            var lengths = LengthHistogram.Of(
                [.. StageCopies.Rows.Select(name => Path.Combine(paths[^1], name)).Where(File.Exists)], text,
                cancellationToken);
            var file = parsed.GetRequiredValue(output).FullName;
            await File.WriteAllTextAsync(
                file, DataReport.Render(parsed.GetRequiredValue(title), stages, lengths), cancellationToken);
            var accounts = stages.Select(stage => new { stage.Name, stage.Rows });
            Answer.Write(parsed, new { page = file, stages = stages.Count, accounts }, file);
            return 0;
        });
        return command;
    }
}
