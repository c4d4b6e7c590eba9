using System.Globalization;
using Pipeline.Registry.Storage;
using Pipeline.Tools.Registry;

namespace Pipeline.Tools.Data;

/// <summary>Folders of finished stages as local ones; what is copied from a bucket for that is removed again.</summary>
internal sealed class StageCopies : IDisposable
{
    /// <summary>Files with the rows that a stage leaves: one, or the parts of a split.</summary>
    public static readonly string[] Rows = ["rows.jsonl", "train.jsonl", "validation.jsonl", "test.jsonl"];

    private readonly string _root = Path.Combine(Path.GetTempPath(), $"pipeline-report-{Guid.NewGuid():N}");

    /// <summary>Opens folders: of each the summary, of the last one the rows too.</summary>
    public async Task<IReadOnlyList<string>> OpenAsync(IReadOnlyList<string> places, CancellationToken cancellation)
    {
        var folders = new List<string>();
        foreach (var place in places)
        {
            string[] wanted = ["summary.json", .. folders.Count == places.Count - 1 ? Rows : []];
            folders.Add(DataInputs.IsRemote(place) ? await CopyAsync(place, wanted, folders.Count, cancellation) : place);
        }

        return folders;
    }

    public void Dispose()
    {
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    private async Task<string> CopyAsync(string place, string[] names, int number, CancellationToken cancellation)
    {
        var store = RegistryOptions.OpenStore(place);
        var last = place.TrimEnd('/')[(place.TrimEnd('/').LastIndexOf('/') + 1)..];
        var folder = Path.Combine(
            _root, number.ToString(CultureInfo.InvariantCulture), DataInputs.SafeName(last, "stage"));
        Directory.CreateDirectory(folder);
        foreach (var name in names)
        {
            if (await store.HeadAsync(name, cancellation) is { } found)
            {
                await new ObjectDownload(store).CopyAsync(found, Path.Combine(folder, name), cancellation);
            }
        }

        return folder;
    }
}
