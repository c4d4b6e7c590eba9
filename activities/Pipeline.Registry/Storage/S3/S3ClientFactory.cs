using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace Pipeline.Registry.Storage.S3;

/// <summary>
/// Builds the AWS client: one pooled handler, no redirects, checked addresses, retries left to the store.
/// </summary>
internal static class S3ClientFactory
{
    /// <summary>Requests that a store can have in flight, one for each connection: two transfers at full speed.
    /// </summary>
    public static int Connections(S3StoreOptions options) => Math.Max(32, options.Concurrency * 2);

    public static AmazonS3Client Create(S3StoreOptions options, AWSCredentials? credentials)
    {
        var config = new AmazonS3Config
        {
            MaxErrorRetry = 0, // the store retries by itself, with one budget for a transfer
            Timeout = options.Timeout,
            AllowAutoRedirect = false,
            HttpClientFactory = new GuardedHttpClients(options),
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is { } endpoint)
        {
            EndpointGuard.Check(endpoint, options.AllowInsecure);
            config.ServiceURL = endpoint.ToString();
            config.AuthenticationRegion = options.Region;
            config.ForcePathStyle = true;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        return credentials is null ? new AmazonS3Client(config) : new AmazonS3Client(credentials, config);
    }

    /// <summary>
    /// A client with its own connections; nothing is followed, resolved twice or sent to an address that the guard
    /// refuses.
    /// </summary>
    public static HttpClient CreateHttpClient(S3StoreOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null, // signed requests carry nothing else
            AllowAutoRedirect = false,
            ConnectCallback = EndpointGuard.ConnectAsync,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            MaxConnectionsPerServer = Connections(options),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
            UseProxy = false,
        };
        return new HttpClient(handler) { Timeout = options.Timeout };
    }

    private sealed class GuardedHttpClients(S3StoreOptions options) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
            S3ClientFactory.CreateHttpClient(options);

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => true;

        public override string GetConfigUniqueString(IClientConfig clientConfig) =>
            $"{options.Endpoint}|{options.Region}|{options.Concurrency}|{options.Timeout}";
    }
}
