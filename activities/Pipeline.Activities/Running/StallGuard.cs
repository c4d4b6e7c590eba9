using System.Diagnostics;
using Temporalio.Activities;
using Temporalio.Worker.Interceptors;

namespace Pipeline.Activities.Running;

/// <summary>
/// Lets the heartbeats of an activity end when they tell the same for too long: the engine then takes the attempt for
/// lost.
/// </summary>
/// <remarks>
/// Heartbeats come from a timer, which goes on while the work hangs in a driver, in a lock or on a dead connection.
/// Work that hangs cannot be ended from outside, so whoever owns the process is told and may replace it.
/// </remarks>
/// <param name="abandon">Told which activity hangs.</param>
public sealed class StallGuard(Action<string> abandon) : IWorkerInterceptor
{
    /// <summary>
    /// Patience with real work: an optimizer step of a large model on the CPU, or a shard of its weights over a slow
    /// network, takes less.
    /// </summary>
    public static readonly TimeSpan UsualPatience = TimeSpan.FromMinutes(30);

    /// <summary>Longest time between two different reports.</summary>
    /// <value><see cref="UsualPatience"/></value>
    public TimeSpan Patience { get; init; } = UsualPatience;

    /// <summary>Time that the work has to end by itself after its heartbeats did.</summary>
    /// <value>One minute.</value>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) =>
        new Watched(nextInterceptor, this);

    private void Abandon(string activity) => abandon(activity);

    private sealed class Watched(ActivityInboundInterceptor next, StallGuard guard) : ActivityInboundInterceptor(next)
    {
        private Filter? _filter;

        public override void Init(ActivityOutboundInterceptor outbound)
        {
            _filter = new Filter(outbound, guard);
            base.Init(_filter);
        }

        public override async Task<object?> ExecuteActivityAsync(ExecuteActivityInput input)
        {
            _filter?.Begin(ActivityExecutionContext.Current.Info.ActivityType);
            try
            {
                return await Next.ExecuteActivityAsync(input);
            }
            finally
            {
                _filter?.End();
            }
        }
    }

    private sealed class Filter(ActivityOutboundInterceptor next, StallGuard guard) : ActivityOutboundInterceptor(next)
    {
        private readonly Lock _gate = new();
        private readonly TaskCompletionSource _ended = new();
        private object?[] _last = [];
        private long _moved = Stopwatch.GetTimestamp();
        private string _activity = "";
        private bool _silent;

        public void Begin(string activity) => _activity = activity;

        public override void Heartbeat(HeartbeatInput input)
        {
            object?[] details = [.. input.Details];
            lock (_gate)
            {
                // A beat without details comes from work that waits for its turn.
                if (details.Length == 0 || !details.SequenceEqual(_last))
                {
                    (_last, _moved) = (details, Stopwatch.GetTimestamp());
                }

                if (!_silent && Stopwatch.GetElapsedTime(_moved) > guard.Patience)
                {
                    _silent = true;
                    _ = WatchAsync();
                }

                if (_silent)
                {
                    return;
                }
            }

            base.Heartbeat(input);
        }

        public void End() => _ended.TrySetResult();

        private async Task WatchAsync()
        {
            await Task.WhenAny(_ended.Task, Task.Delay(guard.Grace));
            if (!_ended.Task.IsCompleted)
            {
                guard.Abandon(_activity);
            }
        }
    }
}
