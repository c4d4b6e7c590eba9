using System.Text.Json;
using Pipeline.Registry.Storage;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Json;

namespace Pipeline.Activities.Monitoring;

/// <summary>
/// What each registered version was made of, and what was found out about it later, next to each other in the store.
/// </summary>
/// <param name="store">The object store.</param>
public sealed class ServingRecords(IObjectStore store)
{
    /// <summary>Stores what a version was made of; the first record stays.</summary>
    /// <param name="record">The record.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>A task that ends when it is stored.</returns>
    public async Task SaveAsync(ServingRecord record, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(record);
        try
        {
            await PutAsync($"{FolderOf(record.Version)}record.json", record, cancellation);
        }
        catch (ObjectStoreException exception) when (exception.Error == ObjectStoreError.PreconditionFailed)
        {
            // An earlier attempt stored it.
        }
    }

    /// <summary>Reads what a version was made of.</summary>
    /// <param name="name">Name of the adapter.</param>
    /// <param name="version">Number of the version.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The record.</returns>
    /// <exception cref="ObjectStoreException">There is none.</exception>
    public async Task<ServingRecord> ReadAsync(string name, int version, CancellationToken cancellation)
    {
        await using var body =
            await store.OpenAsync($"{FolderOf(name, version)}record.json", cancellation: cancellation);
        return await JsonSerializer.DeserializeAsync<ServingRecord>(body, PipelineJson.Options, cancellation)
            ?? throw new InvalidDataException($"the record of {name}@{version} is null");
    }

    /// <summary>Stores a later finding.</summary>
    /// <typeparam name="T">Type of the finding.</typeparam>
    /// <param name="version">The version.</param>
    /// <param name="kind">drift or judge.</param>
    /// <param name="at">When it was made; part of the name.</param>
    /// <param name="finding">The finding.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>Key of the object.</returns>
    public async Task<string> AddAsync<T>(
        RegisteredVersion version, string kind, DateTime at, T finding, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(version);
        var key = $"{FolderOf(version)}{kind}/{at:yyyyMMdd-HHmmss-fff}.json";
        try
        {
            await PutAsync(key, finding, cancellation);
        }
        catch (ObjectStoreException exception) when (exception.Error == ObjectStoreError.PreconditionFailed)
        {
            // An earlier attempt stored it.
        }

        return key;
    }

    private static string FolderOf(RegisteredVersion version) => FolderOf(version.Name, version.Version);

    private static string FolderOf(string name, int version) => $"serving/{name}/{version}/";

    private Task<ObjectInfo> PutAsync<T>(string key, T content, CancellationToken cancellation) =>
        store.PutAsync(key, new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(content, PipelineJson.Options)),
            PutCondition.Absent, cancellation);
}
