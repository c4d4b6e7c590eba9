using System.Globalization;
using Pipeline.Data.Readers;
using Pipeline.Registry.Storage;
using Pipeline.Tools.Registry;

namespace Pipeline.Tools.Data;

/// <summary>
/// What the inputs of a stage name, as local files: a file, the folder of a finished stage, or either of them in a
/// bucket.
/// </summary>
internal static class DataInputs
{
    public const string Description = "JSONL files, folders of finished stages, or s3://BUCKET/KEY of either";

    // What a stage leaves for the next one: holdout and split leave parts.
    private static readonly string[] OutputNames = ["rows.jsonl", "train.jsonl"];

    public static bool IsRemote(string place) => place.StartsWith("s3://", StringComparison.Ordinal);

    /// <summary>Finds the files; copies remote ones.</summary>
    /// <param name="given">As on the command line.</param>
    /// <param name="output">Where the stage writes to; holds the copies meanwhile.</param>
    /// <param name="cancellation">Stops the copies.</param>
    /// <returns>Absolute paths in the given order.</returns>
    public static async Task<string[]> FindAsync(
        IEnumerable<string> given, StageOutput output, CancellationToken cancellation)
    {
        var files = new List<string>();
        foreach (var place in given)
        {
            var copy = Path.Combine(output.Scratch, files.Count.ToString(CultureInfo.InvariantCulture));
            files.Add(IsRemote(place) ? await CopyAsync(place, copy, cancellation) : Local(place));
            if (Path.GetDirectoryName(files[^1]) == output.Folder)
            {
                throw new ArgumentException(
                    $"--out {output.Place} holds the input {place}; give another folder", nameof(output));
            }
        }

        WarnOfSpace(files, output);
        return [.. files];
    }

    // A stage that removes much may still fit, so this stops nothing.
    private static void WarnOfSpace(List<string> files, StageOutput output)
    {
        var folder = Directory.CreateDirectory(output.Folder).FullName;
        var (need, free) =
            (files.Where(File.Exists).Sum(file => new FileInfo(file).Length), new DriveInfo(folder).AvailableFreeSpace);
        if (need > free)
        {
            Console.Error.WriteLine(
                $"warning: the inputs have {need / 1e6:N1} MB and {free / 1e6:N1} MB are free in {folder}; the result "
                    + "may not fit");
        }
    }

    private static string Local(string place)
    {
        if (!Directory.Exists(place))
        {
            return Path.GetFullPath(place);
        }

        return OutputNames.Select(name => Path.GetFullPath(Path.Combine(place, name))).FirstOrDefault(File.Exists)
            ?? throw new DataInputException(
                "E-ING-FOLDER",
                $"the folder '{place}' holds no {string.Join(" or ", OutputNames)} of a finished stage; name its "
                    + "files, or take them in with data ingest");
    }

    private static async Task<string> CopyAsync(string place, string folder, CancellationToken cancellation)
    {
        var slash = place.LastIndexOf('/');
        var store = RegistryOptions.OpenStore(place[..slash]);
        string[] names = slash == place.Length - 1 ? OutputNames
            : [place[(slash + 1)..], .. OutputNames.Select(name => $"{place[(slash + 1)..]}/{name}")];
        foreach (var name in names)
        {
            if (await store.HeadAsync(name, cancellation) is { } found)
            {
                // The name is shown in messages; what it may hold is not trusted as a path.
                var path = Path.Combine(Directory.CreateDirectory(folder).FullName, SafeName(name, "rows.jsonl"));
                await new ObjectDownload(store).CopyAsync(found, path, cancellation);
                return path;
            }
        }

        throw new DataInputException(
            "E-ING-MISSING", $"there is neither an object '{place}' nor a finished stage under it");
    }

    /// <summary>The last part of a key as a file name.</summary>
    public static string SafeName(string key, string otherwise)
    {
        var name = string.Concat(key[(key.LastIndexOf('/') + 1)..]
            .Where(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_').Take(60));
        return name.Trim('.').Length == 0 ? otherwise : name;
    }
}
