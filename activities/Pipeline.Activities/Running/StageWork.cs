using System.Diagnostics;
using Pipeline.Activities.Storage;
using Pipeline.Faults;
using Pipeline.Registry.Artifacts;
using Pipeline.Registry.Storage;
using Pipeline.Workflows.Contracts;
using Temporalio.Activities;

namespace Pipeline.Activities.Running;

/// <summary>
/// What every stage of work has in common: look for a finished result, work in a folder of its own, fence, commit,
/// remember.
/// </summary>
/// <param name="store">The object store.</param>
/// <param name="artifacts">Local folders.</param>
/// <param name="cache">Finished results.</param>
public sealed class StageWork(IObjectStore store, LocalArtifacts artifacts, StageCache cache)
{
    /// <summary>Local folders.</summary>
    public LocalArtifacts Artifacts => artifacts;

    /// <summary>Does the work, or finds that it was done.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="stage">Name of the work.</param>
    /// <param name="dependsOn">Inputs and options that the result depends on.</param>
    /// <param name="outputs">Artefacts that the result refers to; a result whose artefacts are gone or damaged is not
    /// used, and the work is done again.</param>
    /// <param name="work">The work.</param>
    /// <param name="mark">Puts the time or the cache hit into the result.</param>
    /// <returns>The result.</returns>
    public async Task<T> RunAsync<T>(
        string stage, object dependsOn, Func<T, IEnumerable<ArtifactRef>> outputs, Func<StageRun, Task<T>> work,
        Func<T, bool, TimeSpan, T> mark)
        where T : class
    {
        using var pulse = new ActivityPulse();
        var key = cache.KeyOf(stage, dependsOn);
        var known = await cache.FindAsync<T>(stage, key, pulse.Stop);
        if (known is not null && await AllThereAsync(outputs(known), pulse.Stop))
        {
            return mark(known, true, TimeSpan.Zero);
        }

        var fence = await ClaimAsync(pulse.Stop);
        var clock = Stopwatch.StartNew();
        FaultPoint.Hit($"{stage}.begin");
        var result = await WorkAsync(new StageRun(stage, key, pulse, artifacts, fence), work);
        FaultPoint.Hit($"{stage}.end");
        await fence.CheckAsync(pulse.Stop);
        await cache.PutAsync(stage, key, result, replace: known is not null, pulse.Stop);
        FaultPoint.Hit($"{stage}.remembered");
        return mark(result, false, clock.Elapsed);
    }

    /// <summary>Marks a summary with its time, or as found.</summary>
    /// <param name="summary">The summary.</param>
    /// <param name="cached">Whether it was found.</param>
    /// <param name="time">Time of the work.</param>
    /// <returns>The marked summary.</returns>
    public static StageSummary Mark(StageSummary summary, bool cached, TimeSpan time) =>
        summary with { Cached = cached, Duration = time };

    // Why work failed may be what the disk gave for its inputs: the next attempt reads them through first.
    private async Task<T> WorkAsync<T>(StageRun run, Func<StageRun, Task<T>> work)
    {
        try
        {
            return await work(run);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            artifacts.Distrust(run.Opened);
            throw;
        }
    }

    private async Task<bool> AllThereAsync(IEnumerable<ArtifactRef> outputs, CancellationToken cancellation)
    {
        foreach (var output in outputs)
        {
            if (!await artifacts.ExistsAsync(output, cancellation))
            {
                return false;
            }
        }

        return true;
    }

    // Attempts are counted within one activity of one run, so the fence is named by it.
    private async Task<Fence> ClaimAsync(CancellationToken cancellation)
    {
        var info = ActivityExecutionContext.Current.Info;
        var fence = new Fence(store, $"activities/{info.WorkflowRunId ?? "none"}/{info.ActivityId}", info.Attempt);
        await fence.ClaimAsync(cancellation);
        return fence;
    }
}
