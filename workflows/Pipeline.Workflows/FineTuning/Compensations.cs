namespace Pipeline.Workflows.FineTuning;

/// <summary>What must be undone when the run does not reach its end, newest first.</summary>
internal sealed class Compensations
{
    private readonly Stack<Func<Task>> _steps = new();

    public void Add(Func<Task> undo) => _steps.Push(undo);

    /// <summary>The run is complete; nothing is undone any more.</summary>
    public void Clear() => _steps.Clear();

    public async Task RunAsync()
    {
        while (_steps.TryPop(out var undo))
        {
            await undo();
        }
    }
}
