using System.CommandLine;
using Pipeline.Data.Ingest.Debian;

namespace Pipeline.Tools.Data;

/// <summary><c>data debian</c>: the machine's package indexes as rows of the demo task.</summary>
internal static class DebianCommand
{
    public static Command Create()
    {
        var lists = new Option<DirectoryInfo>("--lists")
        {
            Description = "apt's lists folder (Dir::State::lists) with uncompressed indexes",
            Required = true,
        };
        var output = new Option<FileInfo>("--out") { Description = "JSONL file to write", Required = true };
        var top = new Option<int>("--top-sections")
        {
            Description = "keep the most frequent sections only; 0 keeps all",
            DefaultValueFactory = _ => 12,
        };
        var max = new Option<int>("--max-rows") { Description = "seeded sample of at most so many rows; 0 writes all" };
        var seed = new Option<long>("--seed") { Description = "seed of the sample", DefaultValueFactory = _ => 1 };
        var command = new Command(
            "debian",
            "Package indexes of a Debian machine as rows: name and description ask, the section answers.") { lists,
                output, top, max, seed };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var source = new DebianPackageSource(new DebianSourceOptions
            {
                ListsFolder = parsed.GetRequiredValue(lists).FullName,
                TopSections = parsed.GetValue(top),
                MaxRows = parsed.GetValue(max),
                Seed = parsed.GetValue(seed),
            });
            using var progress = new ProgressLine();
            var summary =
                await source.WriteAsync(parsed.GetRequiredValue(output).FullName, progress, cancellationToken);
            progress.Dispose();
            DataConsole.Print(parsed, summary);
            return 0;
        });
        return command;
    }
}
