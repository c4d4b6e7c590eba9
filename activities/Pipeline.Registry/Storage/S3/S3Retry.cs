using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using Polly;
using Polly.Retry;

namespace Pipeline.Registry.Storage.S3;

/// <summary>Which failures are tried again, how often and after which pause.</summary>
internal static class S3Retry
{
    public static ResiliencePipeline Create(S3StoreOptions options, Func<Task> refreshCredentials) =>
        new ResiliencePipelineBuilder()
            .AddRetry(new RetryStrategyOptions
            {
                Name = "credentials",
                MaxRetryAttempts = 1,
                Delay = TimeSpan.Zero,
                ShouldHandle = arguments =>
                    ValueTask.FromResult(arguments.Outcome.Exception is { } exception && S3Errors.IsExpired(exception)),
                OnRetry = async _ => await refreshCredentials(),
            })
            .AddRetry(new RetryStrategyOptions
            {
                Name = "transient",
                MaxRetryAttempts = Math.Max(1, options.MaxAttempts - 1),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryDelay,
                MaxDelay = TimeSpan.FromSeconds(20),
                ShouldHandle = arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is { } exception
                        && IsTransient(exception, arguments.Context.CancellationToken)),
            })
            .Build();

    /// <summary>Whether the policy does anything about a failure.</summary>
    public static bool Handles(Exception exception, CancellationToken cancellation) =>
        S3Errors.IsExpired(exception) || IsTransient(exception, cancellation);

    public static bool IsTransient(Exception exception, CancellationToken cancellation) => exception switch
    {
        ObjectStoreException store => store.IsTransient,
        AmazonS3Exception s3 => (int)s3.StatusCode is 0 or 408 or 429 or >= 500
            || s3.ErrorCode is "SlowDown" or "RequestTimeout" or "BadDigest",
        OperationCanceledException => !cancellation.IsCancellationRequested,
        HttpRequestException { InnerException: ObjectStoreException } => false,
        HttpRequestException or SocketException or IOException or TimeoutException => true,
        AmazonClientException { InnerException: { } inner } => IsTransient(inner, cancellation),
        _ => false,
    };
}
