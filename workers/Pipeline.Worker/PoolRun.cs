using Pipeline.Activities.Running;
using Pipeline.Hosting.Configuration;
using Pipeline.Hosting.Engine;
using Pipeline.Hosting.Logging;
using Pipeline.Hosting.Storage;
using Pipeline.Hosting.Telemetry;
using Pipeline.Workflows;
using Serilog.Extensions.Logging;
using Temporalio.Client;
using Temporalio.Worker;

namespace Pipeline.Worker;

/// <summary>Serves the queues of one pool until it is asked to stop, then finishes or hands over what it holds.</summary>
internal static class PoolRun
{
    // Long enough for a training to write a full checkpoint.
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(60);

    private static string Root => Environment.GetEnvironmentVariable("PIPELINE_ROOT") is { Length: > 0 } root ? root : Directory.GetCurrentDirectory();

    public static async Task<int> RunAsync(string pool, string? config, string[] overrides, int metricsPort, CancellationToken cancellation)
    {
        var file = config ?? Path.Combine(Root, "temporal.yaml");
        var (settings, _) = SettingsLoader.Load(File.Exists(file) || config is not null ? file : null, overrides);
        if (!settings.Pools.TryGetValue(pool, out var options))
        {
            throw new ArgumentException($"no pool '{pool}' in the settings; there are: {string.Join(", ", settings.Pools.Keys)}", nameof(pool));
        }

        var paths = new WorkerPaths(Root, Environment.GetEnvironmentVariable("PIPELINE_STATE") is { Length: > 0 } state ? state : Path.Combine(Root, ".pipeline"));
        using var logger = PipelineLogging.Create($"worker-{pool}", settings.Telemetry, settings.Retention, paths.Of("logs"));
        using var loggers = new SerilogLoggerFactory(logger);
        using var telemetry = PipelineTelemetry.Start($"worker-{pool}", settings.Telemetry);
        var store = await StoreFactory.OpenAsync(settings.Store, Root, cancellation);
        var client = await EngineClient.ConnectAsync(settings.Engine, loggers);
        await SearchAttributeSetup.EnsureAsync(client);
        using var activities = new ActivitySet(settings, options, store, paths, line => logger.Information("{Line}", line));
        var workers = options.Queues.Select(queue => Create(client, queue, options, activities)).ToList();
        var ready = false;
        await using var page = metricsPort > 0 ? new MetricsPage(metricsPort, new PrometheusText(), () => ready) : null;
        try
        {
            ready = true;
            logger.Information("pool {Pool} serves {Queues} of {Address}, {Slots} at a time", pool, options.Queues, EngineClient.AddressOf(settings.Engine), options.Slots);
            await Task.WhenAll(workers.Select(worker => worker.ExecuteAsync(cancellation)));
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

    // A queue without suffix carries workflow tasks; the others carry the activities of their pool.
    private static TemporalWorker Create(TemporalClient client, string queue, PoolSettings pool, ActivitySet activities)
    {
        var options = new TemporalWorkerOptions(queue)
        {
            GracefulShutdownTimeout = Drain,
            MaxConcurrentActivities = pool.Slots,
            MaxHeartbeatThrottleInterval = TimeSpan.FromSeconds(3),
            Interceptors = [new FailureInterceptor()],
            Identity = $"{Environment.ProcessId}@{Environment.MachineName}/{queue}",
        };
        return new TemporalWorker(client, queue.EndsWith("-cpu", StringComparison.Ordinal) || queue.EndsWith("-gpu", StringComparison.Ordinal)
            ? activities.AddTo(options, queue.EndsWith("-gpu", StringComparison.Ordinal))
            : options.AddPipelineWorkflows());
    }
}
