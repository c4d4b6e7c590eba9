using System.Security.Cryptography;
using System.Text;
using Pipeline.Tools.Registry;

namespace Pipeline.Tools.Data;

/// <summary>
/// Where a stage writes to: a local folder, or one that goes to a bucket when the stage has finished, its summary last.
/// </summary>
internal sealed class StageOutput
{
    private const string Summary = "summary.json";
    private readonly string? _remote;

    /// <param name="place">A folder, or s3://BUCKET/PREFIX.</param>
    public StageOutput(string place)
    {
        Place = place;
        if (!DataInputs.IsRemote(place))
        {
            Folder = Path.GetFullPath(place);
            return;
        }

        // The same for every start of the same command, so that an interrupted run goes on.
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(place)))[..16];
        (_remote, Folder) = (place, Path.Combine(Path.GetTempPath(), $"pipeline-data-{Environment.UserName}", name));
    }

    /// <summary>As on the command line.</summary>
    public string Place { get; }

    /// <summary>The local folder.</summary>
    public string Folder { get; }

    /// <summary>Copies of remote inputs; removed when the stage has finished.</summary>
    public string Scratch => Path.Combine(Folder, "inputs");

    /// <summary>Moves the results to the bucket, if they belong there.</summary>
    public async Task PublishAsync(CancellationToken cancellation)
    {
        if (Directory.Exists(Scratch))
        {
            Directory.Delete(Scratch, recursive: true);
        }

        if (_remote is null)
        {
            return;
        }

        var store = RegistryOptions.OpenStore(_remote);
        await store.DeleteAsync(Summary, cancellation); // an older result is none from here on
        foreach (var path in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .OrderBy(path => Path.GetFileName(path) == Summary).ThenBy(path => path, StringComparer.Ordinal))
        {
            await using var content = File.OpenRead(path);
            await store.PutAsync(
                Path.GetRelativePath(Folder, path).Replace('\\', '/'), content, cancellation: cancellation);
        }

        Directory.Delete(Folder, recursive: true);
    }
}
