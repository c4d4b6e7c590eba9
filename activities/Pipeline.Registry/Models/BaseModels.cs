using Pipeline.Registry.Artifacts;
using Pipeline.Registry.Storage;

namespace Pipeline.Registry.Models;

/// <summary>The registered base models.</summary>
/// <param name="store">Where the records live.</param>
public sealed class BaseModels(IObjectStore store)
{
    private const string Prefix = "registry/bases/";

    /// <summary>Registers a base model; registering the same again changes nothing.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>Reference with the digest.</returns>
    /// <exception cref="RegistryException">A field is not acceptable, or the revision is registered with other
    /// content.</exception>
    public async Task<BaseModelRef> RegisterAsync(BaseModel model, CancellationToken cancellation = default)
    {
        Check(model);
        var key = Key(model.Id, model.Revision);
        var canonical = model with { Files = [.. model.Files.OrderBy(file => file.Name, StringComparer.Ordinal)] };
        var bytes = JsonObjects.ToBytes(canonical);
        if (!await JsonObjects.TryWriteAsync(store, key, bytes, PutCondition.Absent, cancellation))
        {
            var existing = await JsonObjects.ReadAsync<BaseModel>(store, key, cancellation);
            if (existing is null || !existing.Value.Bytes.AsSpan().SequenceEqual(bytes))
            {
                throw new RegistryException(
                    RegistryError.Conflict,
                    $"base model {model.Id} revision {model.Revision} is registered with other content; use another "
                        + $"revision");
            }
        }

        return canonical.Reference;
    }

    /// <summary>Looks a base model up.</summary>
    /// <param name="id">Id.</param>
    /// <param name="revision">Revision.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The base model, or null.</returns>
    public async Task<BaseModel?> FindAsync(string id, string revision, CancellationToken cancellation = default) =>
        (await JsonObjects.ReadAsync<BaseModel>(store, Key(id, revision), cancellation))?.Value;

    /// <summary>Proves that a base model is registered, and that it is the one that was registered.</summary>
    /// <param name="reference">What a request or an adapter names.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The base model.</returns>
    /// <exception cref="RegistryException">It is not registered, or its files have another digest.</exception>
    public async Task<BaseModel> RequireAsync(BaseModelRef reference, CancellationToken cancellation = default)
    {
        var model = await FindAsync(reference.Id, reference.Revision, cancellation) ?? throw new RegistryException(
            RegistryError.BaseNotRegistered,
            $"base model {reference.Id} revision {reference.Revision} is not registered; use ./pipeline registry "
                + $"register-base");
        return model.Digest == reference.Digest ? model : throw new RegistryException(
            RegistryError.BaseMismatch,
            $"base model {reference.Id} revision {reference.Revision} has digest {model.Digest}, not "
                + $"{reference.Digest}");
    }

    /// <summary>Proves that the files of a directory are those of a registered base model.</summary>
    /// <param name="id">Id.</param>
    /// <param name="revision">Revision.</param>
    /// <param name="directory">Local model directory.</param>
    /// <param name="cancellation">Stops the hashing.</param>
    /// <returns>The base model.</returns>
    /// <exception cref="RegistryException">It is not registered, or a file differs; the message names the first
    /// five.</exception>
    public async Task<BaseModel> VerifyAsync(
        string id, string revision, string directory, CancellationToken cancellation = default)
    {
        var found = await BaseModel.DigestFilesAsync(directory, cancellation);
        var model = await FindAsync(id, revision, cancellation);
        if (model is null || model.Digest == BaseModel.DigestOf(found))
        {
            return await RequireAsync(new BaseModelRef(id, revision, BaseModel.DigestOf(found)), cancellation);
        }

        var differences = model.Files.Except(found).Select(file => $"'{file.Name}' differs or is missing")
            .Concat(found.Where(file => !model.Files.Any(known => known.Name == file.Name))
                .Select(file => $"'{file.Name}' is not part of it"));
        throw new RegistryException(
            RegistryError.BaseMismatch,
            $"{directory} is not {id} revision {revision}: {string.Join("; ", differences.Take(5))}");
    }

    /// <summary>Lists the base models.</summary>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>Base models in order of id and revision.</returns>
    public async Task<IReadOnlyList<BaseModel>> ListAsync(CancellationToken cancellation = default)
    {
        var models = new List<BaseModel>();
        await foreach (var info in store.ListAsync(Prefix, cancellation: cancellation))
        {
            if (await JsonObjects.ReadAsync<BaseModel>(store, info.Key, cancellation) is { } found)
            {
                models.Add(found.Value);
            }
        }

        return models;
    }

    // "~" is not in the alphabet of ids, so two ids never share a key.
    private static string Key(string id, string revision) =>
        $"{Prefix}{RegistryNames.Base(id).Replace('/', '~')}/{RegistryNames.Revision(revision)}.json";

    private static void Check(BaseModel model)
    {
        RegistryNames.Text("architecture", model.Architecture);
        RegistryNames.Text("dtype", model.DType);
        RegistryNames.Text("licence", model.Licence);
        if (model.Parameters < 1 || model.VocabularySize < 1 || model.ContextLength < 1 || model.Files.Count == 0)
        {
            throw new RegistryException(
                RegistryError.InvalidName,
                $"base model {model.Id}: parameters, vocabulary and context are at least 1, and there is at least one "
                    + $"file");
        }

        foreach (ArtifactFile file in model.Files)
        {
            RegistryNames.Digest($"digest of '{model.Id}' file", file.Sha256);
        }
    }
}
