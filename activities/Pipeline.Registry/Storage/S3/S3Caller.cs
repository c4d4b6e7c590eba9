using System.Runtime.ExceptionServices;
using Polly;

namespace Pipeline.Registry.Storage.S3;

/// <summary>Runs requests under the store's limiter and the retry policy, and translates what remains.</summary>
internal sealed class S3Caller(
    S3StoreOptions options, RequestLimiter limiter, Lazy<ResiliencePipeline> retry, string where = "")
{
    /// <summary>The same caller with the name of an object for its messages.</summary>
    public S3Caller For(string name) => new(options, limiter, retry, name);

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellation)
    {
        var (answer, slot) = await HoldAsync(request, cancellation);
        slot.Dispose();
        return answer;
    }

    /// <summary>Runs a request whose answer is not complete yet.</summary>
    /// <returns>The answer, and the slot that the request keeps until it is disposed.</returns>
    public async Task<(T Answer, RequestSlot Slot)> HoldAsync<T>(
        Func<CancellationToken, Task<T>> request, CancellationToken cancellation)
    {
        try
        {
            try
            {
                return await AttemptAsync(request, cancellation);
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
    private async Task<(T Answer, RequestSlot Slot)> RetryAsync<T>(
        Func<CancellationToken, Task<T>> request, Exception first, CancellationToken cancellation)
    {
        Exception? failed = first;
        return await retry.Value.ExecuteAsync(async token =>
        {
            if (Interlocked.Exchange(ref failed, null) is { } exception)
            {
                ExceptionDispatchInfo.Throw(exception);
            }

            return await AttemptAsync(request, token);
        }, cancellation);
    }

    // Nothing is held during the pause before a retry.
    private async Task<(T Answer, RequestSlot Slot)> AttemptAsync<T>(
        Func<CancellationToken, Task<T>> request, CancellationToken cancellation)
    {
        var slot = await limiter.EnterAsync(cancellation);
        try
        {
            var answer = await request(cancellation);
            limiter.Succeeded();
            return (answer, slot);
        }
        catch (Exception exception)
        {
            if (S3Errors.IsThrottle(exception))
            {
                limiter.Refused(slot);
            }

            slot.Dispose();
            throw;
        }
    }
}
