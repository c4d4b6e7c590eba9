using System.Collections.Concurrent;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Routing;

/// <summary>Follows the traffic states of the store. When the store is away, the last known states stay in force.</summary>
/// <param name="store">The store, or null when the gateway runs without one.</param>
/// <param name="interval">Time between two looks.</param>
/// <param name="log">Receives changes and failures.</param>
public sealed class TrafficWatcher(TrafficStore? store, TimeSpan interval, ILogger<TrafficWatcher> log) : BackgroundService
{
    private readonly ConcurrentDictionary<string, TrafficState> _states = new(StringComparer.Ordinal);
    private bool _away;

    /// <summary>Called for each new state before it is in force, so that its adapters can be brought.</summary>
    public Func<TrafficState, CancellationToken, Task>? Arriving { get; set; }

    /// <summary>Called before each look, to bring the registry's aliases up to date.</summary>
    public Func<CancellationToken, Task>? Refreshing { get; set; }

    /// <summary>The states in force.</summary>
    public ICollection<TrafficState> States => _states.Values;

    /// <summary>The state of an alias.</summary>
    /// <param name="alias">The alias.</param>
    /// <returns>The state in force here, or null.</returns>
    public TrafficState? Find(string alias) => _states.GetValueOrDefault(alias);

    /// <summary>Looks once.</summary>
    /// <param name="cancellation">Stops the look.</param>
    /// <returns>A task that ends when every newer state is in force.</returns>
    public async Task RefreshAsync(CancellationToken cancellation = default)
    {
        if (store is null)
        {
            return;
        }

        await (Refreshing?.Invoke(cancellation) ?? Task.CompletedTask);
        foreach (var alias in await store.AliasesAsync(cancellation))
        {
            var known = _states.GetValueOrDefault(alias)?.Version ?? 0;
            if (await store.ReadAfterAsync(alias, known, cancellation) is { } state)
            {
                await (Arriving?.Invoke(state, cancellation) ?? Task.CompletedTask);
                _states[alias] = state;
                log.LogInformation(
                    "traffic of {Alias} is at version {Version}: stable {Stable}, candidate {Candidate} {Percent} %",
                    alias, state.Version, state.Stable.Adapter, state.Candidate?.Adapter, state.CandidatePercent);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval);
        do
        {
            try
            {
                await RefreshAsync(stoppingToken);
                _away = false;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                if (!_away)
                {
                    log.LogWarning(exception, "the traffic states cannot be read; the known ones stay in force");
                }

                _away = true;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
