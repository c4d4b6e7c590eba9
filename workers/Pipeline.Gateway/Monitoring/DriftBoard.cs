using System.Collections.Concurrent;
using Pipeline.Gateway.Routing;
using Pipeline.Gateway.Serving;
using Pipeline.Registry.Monitoring;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Monitoring;

/// <summary>Watches entropy and lengths of each adapter version, and keeps the alarms that were raised.</summary>
/// <param name="metrics">Counts alarms.</param>
/// <param name="options">Windows and thresholds.</param>
/// <param name="rollBack">Ends the rollout of an alias; null only raises alarms.</param>
/// <param name="log">Receives alarms.</param>
/// <param name="time">Clock.</param>
public sealed class DriftBoard(
    GatewayMetrics metrics, DriftOptions options, Func<string, string, Task>? rollBack, ILogger<DriftBoard> log,
    TimeProvider time)
{
    private const int Kept = 256;

    private readonly ConcurrentDictionary<(string Adapter, string Stream), DriftMonitor> _monitors = new();
    private readonly ConcurrentQueue<AdapterAlarm> _alarms = new();

    /// <summary>Alarms, oldest first.</summary>
    public IReadOnlyCollection<AdapterAlarm> Alarms => _alarms;

    /// <summary>Takes a finished answer.</summary>
    /// <param name="flow">What answered.</param>
    /// <param name="outcome">What it took.</param>
    /// <param name="promptTokens">Tokens of the prompt.</param>
    public void Observe(ResolvedFlow flow, ChoiceOutcome outcome, int promptTokens)
    {
        Observe(flow, "entropy", outcome.MeanEntropy);
        Observe(flow, "answer_tokens", outcome.Tokens);
        Observe(flow, "prompt_tokens", promptTokens);
    }

    private void Observe(ResolvedFlow flow, string stream, double value)
    {
        var monitor = _monitors.GetOrAdd(
            (flow.AdapterId, stream), static (key, own) => new DriftMonitor(key.Stream, own.options, own.time),
            (options, time));
        DriftAlarm? alarm;
        lock (monitor)
        {
            alarm = monitor.Observe(value);
        }

        if (alarm is null)
        {
            return;
        }

        metrics.Alarm(flow.AdapterId, stream);
        log.LogWarning("{Stream} of {Adapter} drifted from {Baseline} to {Current}", stream, flow.AdapterId,
            alarm.BaselineMean, alarm.CurrentMean);
        _alarms.Enqueue(new AdapterAlarm(flow.AdapterId, flow.Traffic?.Alias, alarm));
        while (_alarms.Count > Kept)
        {
            _alarms.TryDequeue(out _);
        }

        if (rollBack is not null && flow is { Traffic: { } state, Arm: TrafficArmName.Candidate })
        {
            _ = RollBackAsync(state.Alias,
                $"{stream} of {flow.AdapterId} drifted from {alarm.BaselineMean:g4} to {alarm.CurrentMean:g4}");
        }
    }

    private async Task RollBackAsync(string alias, string reason)
    {
        try
        {
            await (rollBack?.Invoke(alias, reason) ?? Task.CompletedTask);
        }
        catch (Exception exception)
        {
            log.LogError(exception, "the rollout of {Alias} could not be ended", alias);
        }
    }
}

/// <summary>An alarm about an adapter.</summary>
/// <param name="Adapter"><c>name@version</c> or <c>base</c>.</param>
/// <param name="Alias">Alias of the traffic state that chose it, or null.</param>
/// <param name="Alarm">The drift.</param>
public sealed record AdapterAlarm(string Adapter, string? Alias, DriftAlarm Alarm);
