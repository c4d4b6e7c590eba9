namespace Pipeline.Registry.Storage;

/// <summary>Objects by key, with the conditional writes that a registry needs.</summary>
/// <remarks>
/// Every method fails with <see cref="ObjectStoreException"/>; its code says what happened and whether a retry can
/// help.
/// </remarks>
public interface IObjectStore
{
    /// <summary>Where the store is, for messages and manifests; never contains credentials.</summary>
    Uri Location { get; }

    /// <summary>Looks an object up.</summary>
    /// <param name="key">Key of the object.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>Its description, or null when there is none.</returns>
    Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation = default);

    /// <summary>Opens an object, or a range of it, for reading.</summary>
    /// <param name="key">Key of the object.</param>
    /// <param name="range">Bytes to read; null reads all.</param>
    /// <param name="ifMatch">Expected etag; null takes whatever is there.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>A stream of exactly the announced number of bytes: a shorter body is an error, never a short
    /// read.</returns>
    Task<Stream> OpenAsync(
        string key, ByteRange? range = null, string? ifMatch = null, CancellationToken cancellation = default);

    /// <summary>Writes an object; it becomes visible whole or not at all.</summary>
    /// <param name="key">Key of the object.</param>
    /// <param name="content">The bytes; read from the current position to the end.</param>
    /// <param name="condition">What must hold for the write to happen.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The description of the written object.</returns>
    Task<ObjectInfo> PutAsync(
        string key, Stream content, PutCondition condition = default, CancellationToken cancellation = default);

    /// <summary>Lists objects in ordinal order of their keys.</summary>
    /// <param name="prefix">Start of the keys.</param>
    /// <param name="startAfter">Continuation: only keys behind this one.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>One description for each object.</returns>
    IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, string? startAfter = null, CancellationToken cancellation = default);

    /// <summary>Deletes an object; deleting none is fine.</summary>
    /// <param name="key">Key of the object.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>A task that ends when the object is gone.</returns>
    Task DeleteAsync(string key, CancellationToken cancellation = default);
}
