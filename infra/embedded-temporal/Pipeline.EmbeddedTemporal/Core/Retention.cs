using Pipeline.EmbeddedTemporal.History;

namespace Pipeline.EmbeddedTemporal.Core;

// Removes closed runs when their namespace's retention is over.
internal sealed class Retention(Engine engine)
{
    private const int PerPass = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    public void Start()
    {
        // Where time is skipped, tests end long before their retention; a timer without end would only drive the clock
        // on.
        if (!engine.TimeSkipper.IsEnabled) Arm(engine.Clock.UtcNow.AddMinutes(1));
    }

    private void Arm(DateTime due) => engine.AddTimer(due, new TimerEntry("", TimerKind.Callback, 0, 0, Sweep));

    private void Sweep(Tx tx)
    {
        var left = PerPass;
        foreach (var ns in engine.Namespaces.All.ToList())
        {
            foreach (var runId in engine.Store.ClosedBefore(ns.Name, (tx.Now - ns.Retention).Micros(), left))
            {
                if (engine.Runs.FindByRunId(runId) is { IsOpen: false } run) engine.Runs.Delete(tx, run);
                left--;
            }
        }

        // A full pass means that there is more.
        Arm(tx.Now + (left <= 0 ? TimeSpan.FromSeconds(5) : Pause));
    }
}
