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
        await Console.Error.WriteLineAsync("ingest: bringing Debian's package indexes");
        var files = await DebianIndexes.FetchAsync(cancellation);
        var (source, names) = files.Count > 0
            ? ("debian package indexes", files.ToDictionary(path => path, DebianIndexes.StableName, StringComparer.Ordinal))
            : ("sample of debian package indexes", Sample());
        var artifacts = new ArtifactStore(store);
        var stored = new List<ArtifactFile>();
        foreach (var (path, name) in names)
        {
            stored.Add(await artifacts.PutFileAsync(path, name, cancellation));
        }

        var manifest = Manifest.Create("raw-dataset", stored, [KeyValuePair.Create("source", source)]);
        var known = await artifacts.FindAsync(manifest.Kind, manifest.VersionId, cancellation) is not null;
        await artifacts.CommitAsync(manifest, cancellation);
        Print(manifest, known, store.Location, parsed.GetValue(CommonOptions.Json));
        return ExitCodes.Ok;
    }

    private static Dictionary<string, string> Sample() =>
        Directory.EnumerateFiles(Path.Combine(Checkout.Root, "infra", "sample-data"), "debian_*")
            .ToDictionary(path => path, path => Path.GetFileName(path), StringComparer.Ordinal);

    private static void Print(Manifest manifest, bool known, Uri location, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(manifest.ToBytes()));
            return;
        }

        Console.Out.WriteLine($"raw dataset {manifest.VersionId}{(known ? " (unchanged: cache hit)" : "")}");
        foreach (var file in manifest.Files)
        {
            Console.Out.WriteLine($"  {file.Sha256[..12]}  {file.Bytes,12:N0} bytes  {file.Name}");
        }

        Console.Out.WriteLine($"  {manifest.Files.Count} files, {manifest.Bytes / 1e6:0.0} MB in {location}");
    }
}
