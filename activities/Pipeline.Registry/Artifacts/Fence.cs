using System.Globalization;
using System.Text;
using Pipeline.Registry.Storage;

namespace Pipeline.Registry.Artifacts;

/// <summary>Keeps writers of an older attempt out: the highest attempt number that ever asked owns the work.</summary>
/// <remarks>
/// A worker that was thought dead and comes back finds a higher number and must not write (fencing token, Kleppmann
/// 2016).
/// </remarks>
/// <param name="store">Where the token lives; needs conditional writes.</param>
/// <param name="name">Name of the fenced work.</param>
/// <param name="attempt">Number of this attempt, from 1.</param>
public sealed class Fence(IObjectStore store, string name, int attempt)
{
    private string Key => $"fences/{name}";

    /// <summary>Claims the work for this attempt.</summary>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>A task that ends when the claim is stored.</returns>
    /// <exception cref="ObjectStoreException">A later attempt owns the work.</exception>
    public async Task ClaimAsync(CancellationToken cancellation = default)
    {
        while (true)
        {
            var (current, etag) = await ReadAsync(cancellation);
            Refuse(current);
            if (current == attempt)
            {
                return;
            }

            try
            {
                var token = new MemoryStream(Encoding.ASCII.GetBytes(attempt.ToString(CultureInfo.InvariantCulture)));
                await store.PutAsync(
                    Key, token, etag is null ? PutCondition.Absent : PutCondition.Match(etag), cancellation);
                return;
            }
            catch (ObjectStoreException exception) when (exception.Error == ObjectStoreError.PreconditionFailed)
            {
                // Another attempt claimed at the same moment; look again who won.
            }
        }
    }

    /// <summary>Proves that this attempt still owns the work; call it right before a commit.</summary>
    /// <param name="cancellation">Stops the call.</param>
    /// <returns>A task that ends when the proof is done.</returns>
    /// <exception cref="ObjectStoreException">A later attempt owns the work.</exception>
    public async Task CheckAsync(CancellationToken cancellation = default) =>
        Refuse((await ReadAsync(cancellation)).Attempt);

    private void Refuse(int current)
    {
        if (current > attempt)
        {
            throw new ObjectStoreException(
                ObjectStoreError.PreconditionFailed,
                $"attempt {attempt} of '{name}' was replaced by attempt {current}; its writes are refused");
        }
    }

    private async Task<(int Attempt, string? ETag)> ReadAsync(CancellationToken cancellation)
    {
        if (await store.HeadAsync(Key, cancellation) is not { } info)
        {
            return (0, null);
        }

        await using var body = await store.OpenAsync(Key, ifMatch: info.ETag, cancellation: cancellation);
        using var reader = new StreamReader(body);
        return (int.Parse(await reader.ReadToEndAsync(cancellation), CultureInfo.InvariantCulture), info.ETag);
    }
}
