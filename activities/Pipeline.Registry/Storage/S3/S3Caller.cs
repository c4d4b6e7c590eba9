using Polly;

namespace Pipeline.Registry.Storage.S3;

/// <summary>Runs requests under the retry policy and translates what remains.</summary>
internal sealed class S3Caller(S3StoreOptions options, ResiliencePipeline retry, string where = "")
{
    /// <summary>The same caller with the name of an object for its messages.</summary>
    public S3Caller For(string name) => new(options, retry, name);

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellation)
    {
        try
        {
            return await retry.ExecuteAsync(async token => await request(token), cancellation);
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            throw S3Errors.Translate(exception, where, options, cancellation);
        }
    }
}
