using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Faults;
using Pipeline.Llm.Training;
using Pipeline.Llm.Training.Checkpointing;
using Pipeline.Registry.Storage;

namespace Pipeline.Activities.Training;

/// <summary>
/// Checkpoints of one training in the object store, so that any host goes on where the last one stopped.
/// </summary>
/// <remarks>
/// Files lie under their digests and each manifest is written after them, as in the folder. Whoever claims the training
/// gets a number larger than any before it; a process that was thought dead finds the larger number and must not write.
/// </remarks>
/// <param name="store">The object store.</param>
/// <param name="key">Digest of everything that the training depends on.</param>
/// <param name="output">Output folder of the trainer.</param>
internal sealed class CheckpointMirror(IObjectStore store, string key, string output)
{
    private const string ManifestSuffix = ".manifest.json";
    private const string Events = "events.jsonl";
    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };
    private readonly HashSet<string> _stored = new(StringComparer.Ordinal);

    /// <summary>Number of this claim; also the attempt number of the local checkpoints.</summary>
    public long Attempt { get; private set; }

    private string Prefix => $"checkpoints/{key}/";

    private string Owner => $"{Prefix}owner";

    private string Folder => Path.Combine(output, Trainer.CheckpointFolder);

    /// <summary>Takes the training over and brings every checkpoint that this host does not have.</summary>
    public async Task ClaimAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.Combine(Folder, "objects"));
        await TakeOverAsync(cancellation);
        foreach (var name in await ManifestsAsync(cancellation))
        {
            _stored.Add(name);
            if (!File.Exists(Path.Combine(Folder, name)))
            {
                await BringAsync(name, cancellation);
            }
        }
    }

    /// <summary>Refuses when somebody else has taken the training over.</summary>
    /// <exception cref="StaleAttemptException">A later claim owns it.</exception>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        if ((await OwnerAsync(cancellation)).Number is var owner && owner > Attempt)
        {
            throw new StaleAttemptException(Attempt, owner);
        }
    }

    /// <summary>Stores what is new in the folder and removes what the folder no longer has.</summary>
    /// <exception cref="StaleAttemptException">A later claim owns the training.</exception>
    public async Task PushAsync(CancellationToken cancellation)
    {
        var local = Directory.EnumerateFiles(Folder, "*" + ManifestSuffix).Select(path => Path.GetFileName(path)!)
            .Order(StringComparer.Ordinal).ToList();
        foreach (var name in local.Where(name => !_stored.Contains(name)))
        {
            if (await StoreAsync(name, cancellation))
            {
                _stored.Add(name);
            }
        }

        await CheckAsync(cancellation);
        foreach (var name in _stored.Except(local).ToList())
        {
            await store.DeleteAsync(Prefix + name, cancellation);
            _stored.Remove(name);
        }
    }

    /// <summary>Removes every checkpoint; the claim stays, so that a late writer is still refused.</summary>
    public async Task ClearAsync(CancellationToken cancellation)
    {
        await CheckAsync(cancellation);
        await foreach (var entry in store.ListAsync(Prefix, cancellation: cancellation))
        {
            if (entry.Key != Owner)
            {
                await store.DeleteAsync(entry.Key, cancellation);
            }
        }
    }

    private async Task TakeOverAsync(CancellationToken cancellation)
    {
        var local = Path.Combine(Folder, "owner");
        while (true)
        {
            var (number, etag) = await OwnerAsync(cancellation);
            var here = File.Exists(local)
                && long.TryParse(await File.ReadAllTextAsync(local, cancellation), CultureInfo.InvariantCulture,
                    out var last) ? last : 0;
            Attempt = Math.Max(number, here) + 1;
            try
            {
                var token = new MemoryStream(Encoding.ASCII.GetBytes(Attempt.ToString(CultureInfo.InvariantCulture)));
                await store.PutAsync(
                    Owner, token, etag is null ? PutCondition.Absent : PutCondition.Match(etag), cancellation);
                return;
            }
            catch (ObjectStoreException exception) when (exception.Error == ObjectStoreError.PreconditionFailed)
            {
                // Another host claimed at the same moment; a larger number is needed.
            }
        }
    }

    private async Task<(long Number, string? ETag)> OwnerAsync(CancellationToken cancellation)
    {
        if (await store.HeadAsync(Owner, cancellation) is not { } info)
        {
            return (0, null);
        }

        await using var body = await store.OpenAsync(Owner, cancellation: cancellation);
        using var reader = new StreamReader(body);
        return (long.Parse(await reader.ReadToEndAsync(cancellation), CultureInfo.InvariantCulture), info.ETag);
    }

    private async Task<List<string>> ManifestsAsync(CancellationToken cancellation)
    {
        var names = new List<string>();
        await foreach (var entry in store.ListAsync(Prefix, cancellation: cancellation))
        {
            if (entry.Key.EndsWith(ManifestSuffix, StringComparison.Ordinal))
            {
                names.Add(entry.Key[Prefix.Length..]);
            }
        }

        return names;
    }

    // Objects first, the manifest last: a manifest in the folder always has its files.
    private async Task BringAsync(string name, CancellationToken cancellation)
    {
        var manifest = Path.Combine(Folder, $"{Guid.NewGuid():N}.part");
        await DownloadAsync(Prefix + name, manifest, cancellation);
        foreach (var file in FilesOf(await File.ReadAllBytesAsync(manifest, cancellation)))
        {
            var path = Path.Combine(Folder, "objects", file);
            if (!File.Exists(path))
            {
                await DownloadAsync($"{Prefix}objects/{file}", path, cancellation);
            }
        }

        if (await store.HeadAsync(Prefix + Events, cancellation) is not null)
        {
            await DownloadAsync(Prefix + Events, Path.Combine(output, Events), cancellation);
        }

        File.Move(manifest, Path.Combine(Folder, Path.GetFileName(name)), overwrite: true);
    }

    private async Task DownloadAsync(string name, string path, CancellationToken cancellation)
    {
        var part = $"{path}.part";
        await using (var body = await store.OpenAsync(name, cancellation: cancellation))
        await using (var file = File.Create(part))
        {
            await body.CopyToAsync(file, cancellation);
        }

        File.Move(part, path, overwrite: true);
    }

    // False when the trainer pruned the checkpoint meanwhile; a newer one takes its place.
    private async Task<bool> StoreAsync(string name, CancellationToken cancellation)
    {
        try
        {
            var manifest = await File.ReadAllBytesAsync(Path.Combine(Folder, name), cancellation);
            foreach (var file in FilesOf(manifest))
            {
                await UploadAsync(Path.Combine(Folder, "objects", file), $"{Prefix}objects/{file}", cancellation);
            }

            await UploadAsync(Path.Combine(output, Events), Prefix + Events, cancellation);
            await CheckAsync(cancellation);
            FaultPoint.Hit("checkpoint.stored");
            await store.PutAsync(Prefix + name, new MemoryStream(manifest), default, cancellation);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private async Task UploadAsync(string path, string name, CancellationToken cancellation)
    {
        await using var file =
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await store.PutAsync(name, file, default, cancellation);
    }

    private static IEnumerable<string> FilesOf(byte[] manifest) =>
        (JsonSerializer.Deserialize<CheckpointManifest>(manifest, Json)?.Files.Values ?? [])
            .Select(file => $"{Path.GetFileName(file.Sha256)}.safetensors");
}
