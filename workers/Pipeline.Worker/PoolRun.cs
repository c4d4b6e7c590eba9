using Pipeline.Activities.Running;
using Pipeline.Activities.Storage;
using Pipeline.Hosting.Configuration;
using Pipeline.Hosting.Engine;
using Pipeline.Hosting.Logging;
using Pipeline.Hosting.Storage;
using Pipeline.Hosting.Telemetry;
using Pipeline.Workflows;
using Serilog.Extensions.Logging;

namespace Pipeline.Worker;

/// <summary>
/// Serves the queues of one pool until it is asked to stop, then finishes or hands over what it holds.
/// </summary>
internal static class PoolRun
{
    private static string Root => Environment.GetEnvironmentVariable("PIPELINE_ROOT") is { Length: > 0 } root
        ? root : Directory.GetCurrentDirectory();

    public static async Task<int> RunAsync(
        string pool, string? config, string[] overrides, int metricsPort, DateTimeOffset broughtUp,
        CancellationToken cancellation)
    {
        var file = config ?? Path.Combine(Root, "temporal.yaml");
        var (settings, _) = SettingsLoader.Load(File.Exists(file) || config is not null ? file : null, overrides);
        if (!settings.Pools.TryGetValue(pool, out var options))
        {
            throw new ArgumentException(
                $"no pool '{pool}' in the settings; there are: {string.Join(", ", settings.Pools.Keys)}", nameof(pool));
        }

        var paths = new WorkerPaths(Root, StateFolder.Of(Root));
        using var logger =
            PipelineLogging.Create($"worker-{pool}", settings.Telemetry, settings.Retention, paths.Of("logs"));
        using var loggers = new SerilogLoggerFactory(logger);
        using var telemetry = PipelineTelemetry.Start($"worker-{pool}", settings.Telemetry);
        if (new Leftovers(paths, TimeProvider.System).Remove() is > 0 and var removed)
        {
            logger.Information("removed {Count} folders that killed attempts left behind", removed);
        }

        var store = await StoreFactory.OpenAsync(settings.Store, Root, cancellation);
        var client = await EngineClient.ConnectAsync(settings.Engine, loggers);
        await SearchAttributeSetup.EnsureAsync(client);
        using var activities =
            new ActivitySet(settings, options, store, paths, line => logger.Information("{Line}", line));
        var version = WorkerVersion.Of(settings.Engine, ActivitySet.CodeVersionOf());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var queues =
            new QueueWorkers(client, options, activities, version, activity => Abandon(activity, logger, stop));
        var workers = queues.Create();
        var ready = false;
        await using var page = metricsPort > 0 ? new MetricsPage(metricsPort, new PrometheusText(), () => ready) : null;
        try
        {
            var running = workers.Select(worker => worker.ExecuteAsync(stop.Token)).ToList();
            if (version is not null && options.Queues.Contains(TaskQueues.Pipeline))
            {
                var taken = await WorkerVersion.MakeCurrentAsync(client, version, broughtUp, cancellation);
                logger.Information(
                    taken ? "new runs go to version {Version}; runs that go on stay with theirs"
                        : "version {Version} serves the runs that it has; new ones go where they went before",
                    version.ToCanonicalString());
            }

            logger.Information("pool {Pool} serves {Queues} of {Address}, {Slots} at a time", pool, options.Queues,
                EngineClient.AddressOf(settings.Engine), options.Slots);
            ready = true;
            await UntilFirstAsync(running, stop);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            logger.Information("pool {Pool} is drained", pool);
        }
        finally
        {
            workers.ForEach(worker => worker.Dispose());
        }

        return ExitCodes.Ok;
    }

    // Nothing ends a thread that hangs: what else runs here is handed over, then the supervisor gets a process that
    // works.
    private static void Abandon(string activity, Serilog.ILogger logger, CancellationTokenSource stop)
    {
        logger.Error(
            "{Activity} has told nothing new for {Patience} and does not stop; this process hands over its work and "
                + "ends", activity, StallGuard.UsualPatience);
        _ = Task.Run(async () =>
        {
            await stop.CancelAsync();
            await Task.Delay(QueueWorkers.Drain + TimeSpan.FromSeconds(5));
            Environment.Exit(ExitCodes.Resources);
        });
    }

    // A pool of which one queue has died is stopped as a whole, so that its supervisor starts it again.
    private static async Task UntilFirstAsync(List<Task> running, CancellationTokenSource stop)
    {
        var first = await Task.WhenAny(running);
        await stop.CancelAsync();
        await Task.WhenAll(running)
            .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await first;
    }
}
