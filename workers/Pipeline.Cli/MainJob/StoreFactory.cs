using Pipeline.Hosting.Configuration;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.Directories;
using Pipeline.Registry.Storage.S3;

namespace Pipeline.Cli.MainJob;

/// <summary>Opens the configured object store.</summary>
internal static class StoreFactory
{
    public static async Task<IObjectStore> OpenAsync(StoreSettings settings, CancellationToken cancellation)
    {
        if (settings.Kind == StoreKind.Directory)
        {
            return new DirectoryObjectStore(Path.Combine(Checkout.Root, settings.Path));
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
