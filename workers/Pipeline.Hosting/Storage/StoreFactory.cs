using Pipeline.Hosting.Configuration;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.Directories;
using Pipeline.Registry.Storage.S3;

namespace Pipeline.Hosting.Storage;

/// <summary>Opens the configured object store.</summary>
public static class StoreFactory
{
    /// <summary>Opens the store and, for S3, proves that it honours conditional writes.</summary>
    /// <param name="settings">Which store.</param>
    /// <param name="root">Folder that relative paths start at.</param>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>The store.</returns>
    /// <exception cref="ObjectStoreException">The store cannot be reached, or lacks conditional writes.</exception>
    public static async Task<IObjectStore> OpenAsync(
        StoreSettings settings, string root, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Kind == StoreKind.Directory)
        {
            return new DirectoryObjectStore(Path.Combine(root, settings.Path));
        }

        var store = new S3ObjectStore(new S3StoreOptions
        {
            Bucket = settings.S3.Bucket,
            Prefix = settings.S3.Prefix,
            Region = settings.S3.Region,
            AllowInsecure = settings.S3.AllowInsecure,
            Concurrency = settings.S3.Concurrency,
            Endpoint = settings.S3.Endpoint.Length == 0 ? null : new Uri(settings.S3.Endpoint),
        });
        await ConditionalWriteProbe.RunAsync(store, cancellation);
        return store;
    }
}
