using System.Collections.Concurrent;
using Pipeline.Registry.Traffic;

namespace Pipeline.Gateway.Routing;

/// <summary>
/// Follows the traffic states of the store. When the store is away, the last known states stay in force.
/// </summary>
/// <param name="store">The store, or null when the gateway runs without one.</param>
/// <param name="interval">Time between two looks.</param>
/// <param name="log">Receives changes and failures.</param>
public sealed class TrafficWatcher(TrafficStore? store, TimeSpan interval, ILogger<TrafficWatcher> log)
    : BackgroundService
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, TrafficState> _states = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _one = new(1);
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
    /// <exception cref="AggregateException">Some could not be read; the others are in force.</exception>
    public async Task RefreshAsync(CancellationToken cancellation = default)
    {
        if (store is null)
        {
            return;
        }

        // One look at a time, or an older answer could come after a newer one.
        await _one.WaitAsync(cancellation);
        try
        {
            // What is wrong with one model or alias must not hide the rollback of another.
            var failures = new List<Exception>();
            await TryAsync(() => Refreshing?.Invoke(cancellation) ?? Task.CompletedTask, failures);
            foreach (var alias in await store.AliasesAsync(cancellation))
            {
                await TryAsync(() => ReadAsync(store, alias, cancellation), failures);
            }

            if (failures.Count > 0)
            {
                throw new AggregateException(failures);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private static async Task TryAsync(Func<Task> action, List<Exception> failures)
    {
        try
        {
            await action();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            failures.Add(exception);
        }
    }

    private async Task ReadAsync(TrafficStore from, string alias, CancellationToken cancellation)
    {
        var known = _states.GetValueOrDefault(alias)?.Version ?? 0;
        if (await from.ReadAfterAsync(alias, known, cancellation) is { } state)
        {
            await (Arriving?.Invoke(state, cancellation) ?? Task.CompletedTask);
            _states[alias] = state;
            log.LogInformation(
                "traffic of {Alias} is at version {Version}: stable {Stable}, candidate {Candidate} {Percent} %",
                alias, state.Version, state.Stable.Adapter, state.Candidate?.Adapter, state.CandidatePercent);
        }
    }

    /// <summary>
    /// Looks for the first time before the first request can arrive; a store that is away holds that up for a short
    /// time only.
    /// </summary>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <returns>A task that ends with the first look.</returns>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(FirstLook);
        try
        {
            await TryRefreshAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogWarning("the store did not answer within {Limit}; serving starts without what it holds", FirstLook);
        }

        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryRefreshAsync(stoppingToken);
        }
    }

    private async Task TryRefreshAsync(CancellationToken cancellation)
    {
        try
        {
            await RefreshAsync(cancellation);
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
}
