using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Faults;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Checkpointing;

/// <summary>Checkpoints in a folder: files under their digests, manifests written last, one writer at a time.</summary>
public sealed class CheckpointStore
{
    private const string Suffix = ".manifest.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly string _folder;
    private readonly int _keep;
    private readonly bool _greaterIsBetter;

    private CheckpointStore(string folder, int keep, bool greaterIsBetter, long attempt) =>
        (_folder, _keep, _greaterIsBetter, Attempt) = (folder, keep, greaterIsBetter, attempt);

    /// <summary>Number of this attempt; larger than that of every earlier one.</summary>
    public long Attempt { get; }

    private string Objects => Path.Combine(_folder, "objects");

    private string Owner => Path.Combine(_folder, "owner");

    /// <summary>Takes over a folder.</summary>
    /// <param name="folder">Made when it is not there.</param>
    /// <param name="keep">Newest checkpoints to keep, besides the best and the pinned ones.</param>
    /// <param name="greaterIsBetter">Direction of the metric.</param>
    /// <param name="attempt">Attempt number from an orchestrator; null for one more than the last.</param>
    /// <returns>The store; earlier attempts can no longer write.</returns>
    /// <exception cref="StaleAttemptException">A later attempt owns the folder.</exception>
    public static CheckpointStore Open(string folder, int keep = 3, bool greaterIsBetter = false, long? attempt = null)
    {
        Directory.CreateDirectory(Path.Combine(folder, "objects"));
        var owner = ReadOwner(Path.Combine(folder, "owner"));
        var mine = attempt ?? owner + 1;
        if (mine < owner)
        {
            throw new StaleAttemptException(mine, owner);
        }

        var store = new CheckpointStore(folder, keep, greaterIsBetter, mine);
        WriteDurably(
            store.Owner, stream =>
                stream.Write(System.Text.Encoding.ASCII.GetBytes(mine.ToString(CultureInfo.InvariantCulture))));
        store.Sweep();
        return store;
    }

    /// <summary>Writes a checkpoint and removes those that are no longer needed.</summary>
    /// <param name="state">Numbers.</param>
    /// <param name="files">Tensors of each file.</param>
    /// <param name="metric">Value of the metric at this step, when measured.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="StaleAttemptException">A later attempt has taken over; nothing that it can see was
    /// changed.</exception>
    public CheckpointManifest Save(
        TrainingState state, IReadOnlyDictionary<string, IEnumerable<(string Name, Tensor Value)>> files,
        double? metric = null)
    {
        var stored = files.ToDictionary(file => file.Key, file => Store(file.Value), StringComparer.Ordinal);
        var manifest = new CheckpointManifest { Attempt = Attempt, State = state, Metric = metric, Files = stored };
        CheckOwner();
        FaultPoint.Hit("checkpoint.manifest");
        WriteDurably(ManifestPath(manifest), stream => JsonSerializer.Serialize(stream, manifest, Json));
        Prune();
        return manifest;
    }

    /// <summary>The newest checkpoint whose files are all there and unchanged.</summary>
    /// <param name="warn">Told about each newer one that is damaged.</param>
    /// <returns>Null when there is none.</returns>
    public SavedCheckpoint? Latest(Action<string> warn) =>
        FirstIntact(Manifests(warn).OrderByDescending(m => m.Attempt).ThenByDescending(m => m.State.Step), warn);

    /// <summary>The intact checkpoint with the best metric.</summary>
    /// <param name="warn">Told about each better one that is damaged.</param>
    /// <returns>Null when none has a metric.</returns>
    public SavedCheckpoint? Best(Action<string> warn) => FirstIntact(ByMetric(Manifests(warn)), warn);

    /// <summary>The newest intact checkpoint at or before a step.</summary>
    /// <param name="step">Largest step.</param>
    /// <param name="warn">Told about each damaged one.</param>
    /// <returns>Null when there is none.</returns>
    public SavedCheckpoint? AtOrBefore(int step, Action<string> warn) => FirstIntact(
        Manifests(warn).Where(m => m.State.Step <= step).OrderByDescending(m => m.State.Step)
            .ThenByDescending(m => m.Attempt), warn);

    /// <summary>Every readable manifest, oldest first.</summary>
    /// <returns>Manifests; their files are not checked.</returns>
    public IReadOnlyList<CheckpointManifest> List() =>
        [.. Manifests(static _ => { }).OrderBy(m => m.State.Step).ThenBy(m => m.Attempt)];

    /// <summary>Keeps a checkpoint that something else refers to.</summary>
    /// <param name="step">Its step.</param>
    public void Pin(int step) => File.WriteAllText(PinPath(step), "");

    private static long ReadOwner(string path) =>
        File.Exists(path) && long.TryParse(File.ReadAllText(path), CultureInfo.InvariantCulture, out var owner)
            ? owner : 0;

    private static void WriteDurably(string path, Action<Stream> write)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20))
        {
            write(stream);
            FaultPoint.Hit("checkpoint.written");
            stream.Flush(flushToDisk: true);
        }

        FaultPoint.Hit("checkpoint.flushed");
        File.Move(temporary, path, overwrite: true);
        FaultPoint.Hit("checkpoint.renamed");
    }

    private CheckpointFile Store(IEnumerable<(string Name, Tensor Value)> tensors)
    {
        var temporary = Path.Combine(Objects, $"{Guid.NewGuid():N}.tmp");
        using (var stream =
            new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 20))
        {
            TensorFile.Write(stream, tensors);
            FaultPoint.Hit("checkpoint.written");
            stream.Flush(flushToDisk: true);
        }

        FaultPoint.Hit("checkpoint.flushed");
        var file = new CheckpointFile(Digest(temporary), new FileInfo(temporary).Length);
        File.Move(temporary, ObjectPath(file), overwrite: true);
        FaultPoint.Hit("checkpoint.renamed");
        return file;
    }

    private static string Digest(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private SavedCheckpoint? FirstIntact(IEnumerable<CheckpointManifest> candidates, Action<string> warn)
    {
        string? damaged = null;
        foreach (var manifest in candidates)
        {
            var broken = manifest.Files.FirstOrDefault(file => !IsIntact(file.Value));
            if (broken.Key is null)
            {
                if (damaged is not null)
                {
                    warn($"{damaged}; using {Path.GetFileName(ManifestPath(manifest))} instead");
                }

                return new(
                    manifest,
                    manifest.Files.ToDictionary(
                        file => file.Key, file => ObjectPath(file.Value), StringComparer.Ordinal));
            }

            damaged =
                $"checkpoint {Path.GetFileName(ManifestPath(manifest))} is damaged ('{broken.Key}' is missing or "
                    + $"changed)";
        }

        if (damaged is not null)
        {
            warn($"{damaged}; no older checkpoint is intact");
        }

        return null;
    }

    private bool IsIntact(CheckpointFile file)
    {
        var path = ObjectPath(file);
        return File.Exists(path) && new FileInfo(path).Length == file.Bytes && Digest(path) == file.Sha256;
    }

    private IEnumerable<CheckpointManifest> ByMetric(IEnumerable<CheckpointManifest> manifests)
    {
        var measured = manifests.Where(m => m.Metric is { } value && double.IsFinite(value));
        return _greaterIsBetter ? measured.OrderByDescending(m => m.Metric) : measured.OrderBy(m => m.Metric);
    }

    private List<CheckpointManifest> Manifests(Action<string> warn)
    {
        var result = new List<CheckpointManifest>();
        foreach (var path in Directory.EnumerateFiles(_folder, "*" + Suffix))
        {
            try
            {
                result.Add(JsonSerializer.Deserialize<CheckpointManifest>(File.ReadAllBytes(path), Json)
                    ?? throw new JsonException("the manifest is null"));
            }
            catch (JsonException exception)
            {
                warn($"checkpoint {Path.GetFileName(path)} is damaged ({exception.Message}); it is passed over");
            }
        }

        return result;
    }

    private void CheckOwner()
    {
        if (ReadOwner(Owner) is var owner && owner > Attempt)
        {
            throw new StaleAttemptException(Attempt, owner);
        }
    }

    private void Prune()
    {
        var all = Manifests(static _ => { });
        var newest = all.OrderByDescending(m => m.Attempt).ThenByDescending(m => m.State.Step).Take(_keep);
        var kept = newest.Concat(ByMetric(all).Take(1)).Concat(all.Where(m => File.Exists(PinPath(m.State.Step))))
            .ToHashSet();
        foreach (var manifest in all.Where(m => !kept.Contains(m)))
        {
            File.Delete(ManifestPath(manifest));
        }

        var used = kept.SelectMany(m => m.Files.Values).Select(file => file.Sha256).ToHashSet(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(Objects)
            .Where(path => !path.EndsWith(".tmp", StringComparison.Ordinal)))
        {
            if (!used.Contains(Path.GetFileNameWithoutExtension(path)))
            {
                File.Delete(path);
            }
        }
    }

    // Temporary files are of attempts that ended while writing.
    private void Sweep()
    {
        foreach (var path in new[] { _folder, Objects }.SelectMany(folder => Directory.EnumerateFiles(folder, "*.tmp")))
        {
            File.Delete(path);
        }
    }

    private string ObjectPath(CheckpointFile file) => Path.Combine(Objects, file.Sha256 + ".safetensors");

    private string ManifestPath(CheckpointManifest manifest) =>
        Path.Combine(
            _folder, string.Create(
                CultureInfo.InvariantCulture, $"step-{manifest.State.Step:D8}-{manifest.Attempt:D4}{Suffix}"));

    private string PinPath(int step) =>
        Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"step-{step:D8}.pin"));
}
