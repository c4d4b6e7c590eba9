namespace Pipeline.EmbeddedTemporal.Storage;

// Everything one engine transaction changes; written as a whole or not at all.
internal sealed class WriteBatch
{
    private readonly TaskCompletionSource _durable = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<RunRow> Runs { get; } = [];

    public List<(long Key, byte[] Data)> Events { get; } = [];

    public List<(long Run, string Kind, string Id, string? Data)> Pending { get; } = [];

    public List<(string Kind, string Namespace, string Id, string? Data)> Entities { get; } = [];

    public List<(string Name, string? Data)> Namespaces { get; } = [];

    public List<long> DeletedRuns { get; } = [];

    public bool IsEmpty => Runs.Count + Events.Count + Pending.Count + Entities.Count + Namespaces.Count
        + DeletedRuns.Count == 0;

    public Task Durable => _durable.Task;

    public void Complete() => _durable.TrySetResult();

    public void Fail(Exception error)
    {
        _durable.TrySetException(error);
        _ = _durable.Task.Exception;
    }
}
