using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Registry.Storage;
using Pipeline.Workflows.Json;

namespace Pipeline.Activities.Storage;

/// <summary>Results of finished work by the digest of everything that it depends on.</summary>
/// <param name="store">The object store.</param>
/// <param name="codeVersion">Digest of the code that works; another version of the code never finds these
/// results.</param>
public sealed class StageCache(IObjectStore store, string codeVersion)
{
    /// <summary>Key of a piece of work.</summary>
    /// <param name="stage">Name of the work.</param>
    /// <param name="dependsOn">Inputs and options.</param>
    /// <returns>Digest, lower-case hexadecimal.</returns>
    public string KeyOf(string stage, object dependsOn) => Convert.ToHexStringLower(SHA256.HashData(
        JsonSerializer.SerializeToUtf8Bytes(new { stage, codeVersion, dependsOn }, PipelineJson.Options)));

    /// <summary>Looks for a result.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="stage">Name of the work.</param>
    /// <param name="key">Its key.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The result, or null when the work was never finished or its record is damaged.</returns>
    public async Task<T?> FindAsync<T>(string stage, string key, CancellationToken cancellation)
        where T : class
    {
        if (await store.HeadAsync(NameOf(stage, key), cancellation) is null)
        {
            return null;
        }

        try
        {
            await using var body = await store.OpenAsync(NameOf(stage, key), cancellation: cancellation);
            return await JsonSerializer.DeserializeAsync<T>(body, PipelineJson.Options, cancellation);
        }
        catch (Exception exception) when (exception is JsonException
            or ObjectStoreException { Error: ObjectStoreError.Integrity or ObjectStoreError.Disk })
        {
            return null; // the work is done again, and its record is written anew
        }
    }

    /// <summary>Stores a result; the first one stays as long as it can be used.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="stage">Name of the work.</param>
    /// <param name="key">Its key.</param>
    /// <param name="result">The result.</param>
    /// <param name="replace">Whether what is there was found to be of no use.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>A task that ends when it is stored.</returns>
    public async Task PutAsync<T>(string stage, string key, T result, bool replace, CancellationToken cancellation)
        where T : class
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(result, PipelineJson.Options);
        try
        {
            await store.PutAsync(
                NameOf(stage, key), new MemoryStream(body), replace ? default : PutCondition.Absent, cancellation);
        }
        catch (ObjectStoreException exception) when (exception.Error == ObjectStoreError.PreconditionFailed)
        {
            // Two attempts that did the same work are both right; a damaged record is not.
            if (await FindAsync<T>(stage, key, cancellation) is null)
            {
                await store.PutAsync(NameOf(stage, key), new MemoryStream(body), default, cancellation);
            }
        }
    }

    private static string NameOf(string stage, string key) => $"stages/{stage}/{key}.json";
}
