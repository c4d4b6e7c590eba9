using System.CommandLine;
using Pipeline.Cli.MainJob;
using Pipeline.Registry.Artifacts;
using Pipeline.Workflows;

namespace Pipeline.Cli.Commands;

/// <summary><c>./pipeline run</c>: as much of the main job as exists.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var command = new Command("run", "the main job on this machine") { CommonOptions.Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (settings, _) = CommonOptions.Load(parsed);
        var store = await StoreFactory.OpenAsync(settings.Store, cancellation);
        await SolutionBuild.EnsureAsync("workers/Pipeline.Tools/Pipeline.Tools.csproj", "tools", cancellation);
        await Console.Error.WriteLineAsync("ingest: bringing Debian's package indexes");
        var files = await DebianIndexes.FetchAsync(cancellation);
        var sample = Path.Combine(Checkout.Root, "infra", "sample-data");
        var (source, lists) = files.Count > 0
            ? ("debian package indexes", Path.GetDirectoryName(files[0]) ?? sample)
            : ("sample of debian package indexes", sample);
        var names = files.Count > 0
            ? files.ToDictionary(path => path, DebianIndexes.StableName, StringComparer.Ordinal)
            : Directory.EnumerateFiles(sample, "debian_*").ToDictionary(path => path, path => Path.GetFileName(path), StringComparer.Ordinal);
        var artifacts = new ArtifactStore(store);
        var (raw, rawKnown) = await CommitAsync(artifacts, "raw-dataset", names, [KeyValuePair.Create("source", source)], cancellation);
        var stages = new DataStages(lists, raw.VersionId);
        var results = await stages.RunAsync(cancellation);
        var parts = Directory.EnumerateFiles(results[^1].Folder, "*.jsonl").Append(Path.Combine(results[1].Folder, "test.jsonl"))
            .ToDictionary(path => path, path => Path.GetFileName(Path.GetDirectoryName(path)) + "/" + Path.GetFileName(path), StringComparer.Ordinal);
        var (rows, rowsKnown) = await CommitAsync(
            artifacts, "clean-rows", parts, [KeyValuePair.Create("raw", raw.VersionId), KeyValuePair.Create("stages", stages.Version)], cancellation);
        if (parsed.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(rows.ToBytes()));
            return ExitCodes.Ok;
        }

        Print(raw, rawKnown, store.Location);
        Console.Out.WriteLine(string.Join('\n', results.Select(result => result.Describe())));
        Print(rows, rowsKnown, store.Location);
        return ExitCodes.Ok;
    }

    private static async Task<(Manifest Manifest, bool Known)> CommitAsync(
        ArtifactStore artifacts, string kind, Dictionary<string, string> names, KeyValuePair<string, string>[] properties, CancellationToken cancellation)
    {
        var stored = new List<ArtifactFile>();
        foreach (var (path, name) in names)
        {
            stored.Add(await artifacts.PutFileAsync(path, name, cancellation));
        }

        var manifest = Manifest.Create(kind, stored, properties);
        var known = await artifacts.FindAsync(kind, manifest.VersionId, cancellation) is not null;
        await artifacts.CommitAsync(manifest, cancellation);
        return (manifest, known);
    }

    private static void Print(Manifest manifest, bool known, Uri location)
    {
        Console.Out.WriteLine($"{manifest.Kind} {manifest.VersionId}{(known ? " (unchanged: cache hit)" : "")}");
        foreach (var file in manifest.Files)
        {
            Console.Out.WriteLine($"  {file.Sha256[..12]}  {file.Bytes,12:N0} bytes  {file.Name}");
        }

        Console.Out.WriteLine($"  {manifest.Files.Count} files, {manifest.Bytes / 1e6:0.0} MB in {location}");
    }
}
