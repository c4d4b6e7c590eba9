using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Faults;

namespace Pipeline.Data.Stages;

/// <summary>The output folder of one stage run. <c>summary.json</c> is written last and is the commit point.</summary>
internal sealed class StageFolder : IAsyncDisposable
{
    public const string Rows = "rows.jsonl";
    public const string Removed = "removed.jsonl";
    public const string QuarantineFile = "quarantine.jsonl";
    public const string Summary = "summary.json";

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly Dictionary<string, AtomicFile> _open = new(StringComparer.Ordinal);

    public StageFolder(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(Path);
        AtomicFile.Sweep(Path);
        File.Delete(System.IO.Path.Combine(Path, Summary));
    }

    public string Path { get; }

    public AtomicFile Open(string name) => _open[name] = new AtomicFile(System.IO.Path.Combine(Path, name));

    /// <summary>Gives every open file its name; returns their digests, by name.</summary>
    public async Task<IReadOnlyList<StageFile>> CommitFilesAsync(CancellationToken cancellationToken)
    {
        var files = new List<StageFile>();
        foreach (var (name, file) in _open.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var sha256 = await file.CommitAsync(cancellationToken);
            files.Add(new StageFile(name, file.Length, sha256));
        }

        return files;
    }

    public async Task CommitSummaryAsync<T>(T summary, CancellationToken cancellationToken)
    {
        FaultPoint.Hit("stage.summary");
        await using var file = new AtomicFile(System.IO.Path.Combine(Path, Summary));
        file.Write(JsonSerializer.SerializeToUtf8Bytes(summary, Json));
        file.EndLine();
        await file.CommitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var file in _open.Values)
        {
            await file.DisposeAsync();
        }
    }

    /// <summary>
    /// Digest of everything that decides a stage's output: its name and version, its options, the content of its input.
    /// </summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="version">Version of its rules.</param>
    /// <param name="options">What changes the result.</param>
    /// <param name="inputs">SHA-256 of each input.</param>
    public static string Key(string stage, int version, object options, IEnumerable<byte[]> inputs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(
            Encoding.UTF8.GetBytes(
                $"{stage}/{version}\n{JsonSerializer.Serialize(options, options.GetType(), Json)}\n"));
        foreach (var input in inputs)
        {
            hash.AppendData(input);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>SHA-256 of files, each computed when it is asked for.</summary>
    public static IEnumerable<byte[]> Digests(IEnumerable<string> files, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var stream = File.OpenRead(file);
            yield return SHA256.HashData(stream);
        }
    }
}
