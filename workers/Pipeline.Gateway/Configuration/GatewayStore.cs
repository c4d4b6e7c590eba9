using Pipeline.Hosting.Configuration;
using Pipeline.Registry.Storage;
using Pipeline.Registry.Storage.Directories;
using Pipeline.Registry.Storage.S3;

namespace Pipeline.Gateway.Configuration;

/// <summary>Opens the configured object store.</summary>
internal static class GatewayStore
{
    public static IObjectStore Open(StoreSettings settings, string root) => settings.Kind == StoreKind.Directory
        ? new DirectoryObjectStore(Path.Combine(root, settings.Path))
        : new S3ObjectStore(new S3StoreOptions
        {
            Bucket = settings.S3.Bucket,
            Prefix = settings.S3.Prefix,
            Region = settings.S3.Region,
            AllowInsecure = settings.S3.AllowInsecure,
            Concurrency = settings.S3.Concurrency,
            Endpoint = settings.S3.Endpoint.Length == 0 ? null : new Uri(settings.S3.Endpoint),
        });
}
