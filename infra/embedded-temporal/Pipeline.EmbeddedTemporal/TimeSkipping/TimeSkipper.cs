namespace Pipeline.EmbeddedTemporal.TimeSkipping;

// Moves the clock to the next timer while nothing is being worked on and nobody has locked the time. Used under the
// engine's gate.
internal sealed class TimeSkipper(Engine engine)
{
    // Time passes by itself while this is above zero.
    public int Locks { get; set; } = engine.Options.TimeSkippingLocked ? 1 : 0;

    public bool IsEnabled { get; } = engine.Options.TimeSkipping;

    public void Skip()
    {
        if (!IsEnabled || Locks > 0 || !IsIdle()) return;
        while (engine.Timers.TryPeek(out var entry, out var due))
        {
            if (!IsLive(entry))
            {
                // An entry that nothing waits for must not move the time.
                engine.Timers.DropFirst();
                continue;
            }

            engine.Clock.Advance(due - engine.Clock.UtcNow);
            return;
        }
    }

    // A workflow task or an activity that could run, or runs, holds the time.
    private bool IsIdle()
    {
        foreach (var run in engine.Runs.Open)
        {
            if (run.State.Task is not null) return false;
            foreach (var activity in run.Activities.Values)
            {
                if (activity.IsStarted || (activity.NextAttemptTime is null && !activity.Paused)) return false;
            }
        }

        return true;
    }

    private bool IsLive(TimerEntry entry) =>
        entry.Kind == TimerKind.Callback || (engine.Runs.FindOpen(entry.Owner) is { } run && run.Awaits(entry));
}
