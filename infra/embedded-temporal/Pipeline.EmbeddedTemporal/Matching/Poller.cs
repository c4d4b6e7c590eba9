namespace Pipeline.EmbeddedTemporal.Matching;

// One outstanding long poll.
internal sealed class Poller(WorkerIdentity worker, bool isSticky, CancellationToken aborted)
{
    private readonly TaskCompletionSource<(object? Task, Task Durable)> _result =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WorkerIdentity Worker { get; } = worker;

    public bool IsSticky { get; } = isSticky;

    public bool IsGone => aborted.IsCancellationRequested || _result.Task.IsCompleted;

    public Task<(object? Task, Task Durable)> Result => _result.Task;

    public void Give(object? task, Task durable) => _result.TrySetResult((task, durable));
}
