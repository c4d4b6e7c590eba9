using Pipeline.Workflows.Contracts;
using Temporalio.Activities;

namespace Pipeline.Activities.Running;

/// <summary>Heartbeats while an activity works, on a thread of the pool, with what it has reached so far.</summary>
/// <remarks>
/// A heartbeat also brings back a cancellation, so it goes on while the work itself is deep inside a library.
/// </remarks>
public sealed class ActivityPulse : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private readonly ActivityExecutionContext _context = ActivityExecutionContext.Current;
    private readonly CancellationTokenSource _stop;
    private readonly Timer _timer;
    private ActivityProgress _progress = new("", 0, 0, "", HostName.Current);

    /// <summary>Begins to beat.</summary>
    public ActivityPulse()
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(
            _context.CancellationToken, _context.WorkerShutdownToken);
        _timer = new Timer(_ => _context.Heartbeat(_progress), null, TimeSpan.Zero, Interval);
    }

    /// <summary>Cancelled when the workflow or the worker wants the activity to stop.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Tells how far the work has come; sent with the next heartbeat.</summary>
    /// <param name="progress">Progress.</param>
    public void Report(ActivityProgress progress) => _progress = progress with { Host = HostName.Current };

    /// <summary>Ends the heartbeats.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        _stop.Dispose();
    }
}
