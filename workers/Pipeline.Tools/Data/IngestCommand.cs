using System.CommandLine;
using Pipeline.Data.Ingest;
using Pipeline.Data.Stages;
using Pipeline.Sources;
using Pipeline.Tools.Registry;

namespace Pipeline.Tools.Data;

/// <summary><c>data ingest</c>: raw objects of a folder or a bucket as canonical rows with a manifest.</summary>
internal static class IngestCommand
{
    public static Command Create()
    {
        var from = new Argument<string>("from") { Description = "a folder, or s3://BUCKET/PREFIX" };
        var output = new Option<DirectoryInfo>("--out")
        {
            Description = "folder to write to; an interrupted run goes on in it",
            Required = true,
        };
        var prefix = new Option<string>("--prefix")
        {
            Description = "start of the keys",
            DefaultValueFactory = _ => "",
        };
        var glob = new Option<string>("--glob")
        {
            Description = "pattern of the keys behind the prefix",
            DefaultValueFactory = _ => "**",
        };
        var since = new Option<DirectoryInfo?>("--since")
        {
            Description = "folder of an earlier ingest; only newer objects are taken",
        };
        var workers = new Option<int>("--workers")
        {
            Description = "objects in work at once",
            DefaultValueFactory = _ => 4,
        };
        var command = new Command("ingest", "Raw objects as rows: JSONL, JSON, CSV, Parquet or text, also compressed.")
        {
            from, output, prefix, glob, since, workers,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new IngestOptions
            {
                Prefix = parsed.GetRequiredValue(prefix),
                Glob = parsed.GetRequiredValue(glob),
                Concurrency = Math.Max(1, parsed.GetValue(workers)),
                Since = parsed.GetValue(since) is { } earlier ? MarkerOf(earlier.FullName) : null,
            };
            var (stage, folder) = (new IngestStage(Open(parsed.GetRequiredValue(from)), options),
                parsed.GetRequiredValue(output).FullName);
            return await DataConsole.RunAsync(
                parsed, folder, "it goes on behind the finished objects",
                progress => stage.RunAsync(folder, new Shown(progress), cancellationToken));
        });
        return command;
    }

    private static IRawStore Open(string from) =>
        from.StartsWith("s3://", StringComparison.Ordinal)
            ? new ObjectRawStore(RegistryOptions.OpenStore(from)) : new FolderRawStore(from);

    private static IngestMarker? MarkerOf(string folder) => (IngestManifest.Find(folder)
        ?? throw new FileNotFoundException(
            $"{folder} holds no finished ingest; give the output folder of an earlier one")).Marker;

    private sealed class Shown(ProgressLine line) : IProgress<IngestProgress>
    {
        public void Report(IngestProgress value) =>
            line.Report(new StageProgress("ingest", "objects", value.Rows, value.Bytes, 0));
    }
}
