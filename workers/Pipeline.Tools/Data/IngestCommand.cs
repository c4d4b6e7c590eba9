using System.CommandLine;
using Pipeline.Data.Ingest;
using Pipeline.Data.Readers;
using Pipeline.Data.Stages;
using Pipeline.Sources;
using Pipeline.Tools.Registry;

namespace Pipeline.Tools.Data;

/// <summary><c>data ingest</c>: raw objects of a folder or a bucket as canonical rows with a manifest.</summary>
internal static class IngestCommand
{
    public static Command Create()
    {
        var from = new Argument<string>("from") { Description = "a folder or a file, or s3://BUCKET/PREFIX" };
        var output = new Option<string>("--out")
        {
            Description = "folder or s3://BUCKET/PREFIX to write to; an interrupted run goes on in it",
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
        var format = new Option<string>("--format")
        {
            Description = "format of all objects",
            DefaultValueFactory = _ => "auto",
        };
        format.AcceptOnlyFromAmong([.. Enum.GetNames<RowFormat>().Select(name => name.ToLowerInvariant())]);
        var badRows = new Option<int>("--bad-rows")
        {
            Description = "most malformed rows that may be set aside",
            DefaultValueFactory = _ => 1000,
        };
        var badShare = new Option<double>("--bad-share")
        {
            Description = "highest share of malformed rows, from 0 to 1",
            DefaultValueFactory = _ => 0.01,
        };
        var command = new Command("ingest", "Raw objects as rows: JSONL, JSON, CSV, Parquet or text, also compressed.")
        {
            from, output, prefix, glob, since, workers, format, badRows, badShare,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new IngestOptions
            {
                Prefix = parsed.GetRequiredValue(prefix),
                Glob = parsed.GetRequiredValue(glob),
                Concurrency = Math.Max(1, parsed.GetValue(workers)),
                Since = parsed.GetValue(since) is { } earlier ? MarkerOf(earlier.FullName) : null,
                Reader = new ReaderOptions
                {
                    Format = Enum.Parse<RowFormat>(parsed.GetRequiredValue(format), ignoreCase: true),
                },
                QuarantineBudget = parsed.GetValue(badRows),
                QuarantineShare = parsed.GetValue(badShare),
            };
            var place = new StageOutput(parsed.GetRequiredValue(output));
            RequireOutside(place, parsed.GetRequiredValue(from));
            var (store, one) = await OpenAsync(parsed.GetRequiredValue(from), cancellationToken);
            var stage = new IngestStage(store, one is null ? options : options with { Prefix = one, Glob = "" });
            return await DataConsole.RunAsync(
                parsed, place, "it goes on behind the finished objects",
                progress => stage.RunAsync(place.Folder, new Shown(progress), cancellationToken), cancellationToken);
        });
        return command;
    }

    // What is written would be found by the next run as if it were raw data.
    private static void RequireOutside(StageOutput output, string from)
    {
        if (Directory.Exists(from)
            && $"{output.Folder}/".StartsWith(
                $"{Path.TrimEndingDirectorySeparator(Path.GetFullPath(from))}/", StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"--out {output.Place} lies in the folder that is taken in; give one outside of {from}",
                nameof(output));
        }
    }

    /// <summary>The store, and the only key where one object is named.</summary>
    private static async Task<(IRawStore Store, string? One)> OpenAsync(string from, CancellationToken cancellation)
    {
        if (!DataInputs.IsRemote(from))
        {
            return File.Exists(from)
                ? (new FolderRawStore(Path.GetDirectoryName(Path.GetFullPath(from)) ?? "/"), Path.GetFileName(from))
                : (new FolderRawStore(from), null);
        }

        var slash = from.LastIndexOf('/');
        if (slash > "s3://".Length && slash < from.Length - 1
            && RegistryOptions.OpenStore(from[..slash]) is var parent
            && await parent.HeadAsync(from[(slash + 1)..], cancellation) is not null)
        {
            return (new ObjectRawStore(parent), from[(slash + 1)..]);
        }

        return (new ObjectRawStore(RegistryOptions.OpenStore(from)), null);
    }

    private static IngestMarker? MarkerOf(string folder) => (IngestManifest.Find(folder)
        ?? throw new FileNotFoundException(
            $"{folder} holds no finished ingest; give the output folder of an earlier one")).Marker;

    private sealed class Shown(ProgressLine line) : IProgress<IngestProgress>
    {
        public void Report(IngestProgress value) =>
            line.Report(new StageProgress("ingest", "objects", value.Rows, value.Bytes, value.TotalBytes));
    }
}
