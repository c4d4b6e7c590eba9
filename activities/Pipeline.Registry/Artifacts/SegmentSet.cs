using System.Globalization;
using Pipeline.Registry.Models;
using Pipeline.Registry.Storage;

namespace Pipeline.Registry.Artifacts;

/// <summary>One immutable segment of a set.</summary>
/// <param name="Number">Position in the set, from 1 and without gaps.</param>
/// <param name="Sha256">Digest of the file.</param>
/// <param name="Bytes">Length of the file.</param>
/// <param name="Source">What the segment was made from, such as a dataset version.</param>
public sealed record Segment(int Number, string Sha256, long Bytes, string Source);

/// <summary>
/// An append-only series of immutable files, such as the index that new data is deduplicated against.
/// </summary>
/// <remarks>
/// Appending equal content again returns the segment that is there, so a retry adds nothing; two writers both get in.
/// </remarks>
/// <param name="store">Where the set lives.</param>
/// <param name="name">Name of the set, in the form of a model name.</param>
public sealed class SegmentSet(IObjectStore store, string name)
{
    private readonly string _prefix = $"segments/{RegistryNames.Model(name)}/";
    private readonly ArtifactStore _artifacts = new(store);

    /// <summary>Adds a file at the end.</summary>
    /// <param name="path">Local file.</param>
    /// <param name="source">What it was made from.</param>
    /// <param name="cancellation">Stops the upload.</param>
    /// <returns>The segment.</returns>
    public async Task<Segment> AppendAsync(string path, string source, CancellationToken cancellation = default)
    {
        RegistryNames.Text("source", source);
        var file = await _artifacts.PutFileAsync(path, "segment", cancellation);
        var known = await ListAsync(cancellation);
        for (var number = known.Count + 1; ; number++)
        {
            if (known.FirstOrDefault(segment => segment.Sha256 == file.Sha256) is { } same)
            {
                return same;
            }

            var segment = new Segment(number, file.Sha256, file.Bytes, source);
            if (await JsonObjects.TryWriteAsync(
                store, Key(number), JsonObjects.ToBytes(segment), PutCondition.Absent, cancellation))
            {
                return segment;
            }

            known = await ListAsync(cancellation);
            number = known.Count;
        }
    }

    /// <summary>The segments.</summary>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>Segments in the order in which they were added.</returns>
    public async Task<IReadOnlyList<Segment>> ListAsync(CancellationToken cancellation = default)
    {
        var segments = new List<Segment>();
        await foreach (var info in store.ListAsync(_prefix, cancellation: cancellation))
        {
            if (await JsonObjects.ReadAsync<Segment>(store, info.Key, cancellation) is { } found)
            {
                segments.Add(found.Value);
            }
        }

        return segments;
    }

    /// <summary>
    /// Brings every segment onto this machine; what is there already is kept, because segments never change.
    /// </summary>
    /// <param name="folder">Cache folder; created.</param>
    /// <param name="cancellation">Stops the download.</param>
    /// <returns>Local paths in the order of the segments.</returns>
    /// <exception cref="ObjectStoreException">A segment is missing or damaged.</exception>
    public async Task<IReadOnlyList<string>> DownloadAsync(string folder, CancellationToken cancellation = default)
    {
        Directory.CreateDirectory(folder);
        var paths = new List<string>();
        foreach (var segment in await ListAsync(cancellation))
        {
            var path = Path.Combine(folder, $"{segment.Number:D8}-{segment.Sha256[..16]}.seg");
            if (!File.Exists(path) || new FileInfo(path).Length != segment.Bytes)
            {
                await _artifacts.GetFileAsync(
                    new ArtifactFile("segment", segment.Sha256, segment.Bytes), path, cancellation);
            }

            paths.Add(path);
        }

        return paths;
    }

    private string Key(int number) => _prefix + number.ToString("D8", CultureInfo.InvariantCulture) + ".json";
}
