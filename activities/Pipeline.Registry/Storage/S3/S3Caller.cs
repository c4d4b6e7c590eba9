using System.Runtime.ExceptionServices;
using Polly;

namespace Pipeline.Registry.Storage.S3;

/// <summary>Runs requests under the retry policy and translates what remains.</summary>
internal sealed class S3Caller(S3StoreOptions options, Lazy<ResiliencePipeline> retry, string where = "")
{
    /// <summary>The same caller with the name of an object for its messages.</summary>
    public S3Caller For(string name) => new(options, retry, name);

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellation)
    {
        try
        {
            try
            {
                return await request(cancellation);
            }
            catch (Exception first) when (S3Retry.Handles(first, cancellation))
            {
                return await RetryAsync(request, first, cancellation);
            }
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            throw S3Errors.Translate(exception, where, options, cancellation);
        }
    }

    // The policy is built when something fails, which most processes never see; it starts with the failure that
    // happened.
    private async Task<T> RetryAsync<T>(
        Func<CancellationToken, Task<T>> request, Exception first, CancellationToken cancellation)
    {
        Exception? failed = first;
        return await retry.Value.ExecuteAsync(async token =>
        {
            if (Interlocked.Exchange(ref failed, null) is { } exception)
            {
                ExceptionDispatchInfo.Throw(exception);
            }

            return await request(token);
        }, cancellation);
    }
}
