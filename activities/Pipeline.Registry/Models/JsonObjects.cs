using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Registry.Storage;

namespace Pipeline.Registry.Models;

/// <summary>JSON records in an object store.</summary>
internal static class JsonObjects
{
    private const int MaxBytes = 16 << 20;

    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        AllowDuplicateProperties = false,
        RespectRequiredConstructorParameters = true,
        Encoder = JavaScriptEncoder.Default,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    public static byte[] ToBytes<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    /// <summary>Reads a record with its etag; null when there is none.</summary>
    public static async Task<(T Value, byte[] Bytes, string ETag)?> ReadAsync<T>(
        IObjectStore store, string key, CancellationToken cancellation)
        where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await store.HeadAsync(key, cancellation) is not { } info)
            {
                return null;
            }

            try
            {
                var bytes = await BytesAsync(store, info, cancellation);
                return (Parse<T>(bytes, key), bytes, info.ETag);
            }
            catch (ObjectStoreException exception)
                when (attempt < 5 && exception.Error is ObjectStoreError.PreconditionFailed
                    or ObjectStoreError.NotFound)
            {
                // Rewritten or removed between the two calls: look again.
            }
        }
    }

    /// <summary>Writes a record when the condition holds; false when another writer was faster.</summary>
    public static async Task<bool> TryWriteAsync(
        IObjectStore store, string key, byte[] bytes, PutCondition condition, CancellationToken cancellation)
    {
        try
        {
            await store.PutAsync(key, new MemoryStream(bytes, writable: false), condition, cancellation);
            return true;
        }
        catch (ObjectStoreException exception) when (exception.Error == ObjectStoreError.PreconditionFailed)
        {
            return false;
        }
    }

    private static async Task<byte[]> BytesAsync(IObjectStore store, ObjectInfo info, CancellationToken cancellation)
    {
        if (info.Bytes > MaxBytes)
        {
            throw new ObjectStoreException(
                ObjectStoreError.Integrity, $"record '{info.Key}' has {info.Bytes} bytes; the limit is {MaxBytes}");
        }

        await using var body = await store.OpenAsync(info.Key, ifMatch: info.ETag, cancellation: cancellation);
        using var copy = new MemoryStream();
        await body.CopyToAsync(copy, cancellation);
        return copy.ToArray();
    }

    private static T Parse<T>(byte[] bytes, string key)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, Options) ?? throw new JsonException("the record is null");
        }
        catch (JsonException exception)
        {
            throw new ObjectStoreException(
                ObjectStoreError.Integrity, $"record '{key}' is damaged: {exception.Message}", exception);
        }
    }
}
