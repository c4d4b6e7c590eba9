using System.Text;

namespace Pipeline.Registry.Storage;

/// <summary>
/// Finds out whether a store really honours conditional writes; a registry on one that ignores them would lose updates.
/// </summary>
public static class ConditionalWriteProbe
{
    /// <summary>Writes, and tries to overwrite, a small object under <c>probe/</c>; removes it afterwards.</summary>
    /// <param name="store">The store.</param>
    /// <param name="cancellation">Stops the probe.</param>
    /// <returns>A task that ends when the store has passed.</returns>
    /// <exception cref="ObjectStoreException">The store ignores a condition.</exception>
    public static async Task RunAsync(IObjectStore store, CancellationToken cancellation = default)
    {
        var key = $"probe/{Guid.NewGuid():N}";
        try
        {
            var written = await store.PutAsync(key, Content("1"), PutCondition.Absent, cancellation);
            await MustRefuseAsync(store, key, PutCondition.Absent, "If-None-Match", cancellation);
            await store.PutAsync(key, Content("2"), PutCondition.Match(written.ETag), cancellation);
            await MustRefuseAsync(store, key, PutCondition.Match(written.ETag), "If-Match", cancellation);
        }
        finally
        {
            await store.DeleteAsync(key, CancellationToken.None);
        }
    }

    private static async Task MustRefuseAsync(
        IObjectStore store, string key, PutCondition condition, string header, CancellationToken cancellation)
    {
        try
        {
            await store.PutAsync(key, Content("x"), condition, cancellation);
        }
        catch (ObjectStoreException exception) when (exception.Error == ObjectStoreError.PreconditionFailed)
        {
            return;
        }

        throw new ObjectStoreException(
            ObjectStoreError.Unsupported,
            $"{store.Location} does not honour conditional writes ({header}); the registry needs them: use another "
                + $"service or version");
    }

    private static MemoryStream Content(string text) => new(Encoding.ASCII.GetBytes(text));
}
