using Pipeline.Activities.Running;
using Pipeline.Hosting.Configuration;
using Pipeline.Workflows;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Worker;
using Temporalio.Worker.Tuning;

namespace Pipeline.Worker;

/// <summary>One Temporal worker for each queue of a pool; those that use a device share its slots.</summary>
/// <param name="client">Connection.</param>
/// <param name="pool">Queues and slots.</param>
/// <param name="activities">Activities.</param>
/// <param name="version">Version of a worker deployment; null polls without versions.</param>
/// <param name="abandon">Told which activity hangs.</param>
internal sealed class QueueWorkers(
    TemporalClient client, PoolSettings pool, ActivitySet activities, WorkerDeploymentVersion? version,
    Action<string> abandon) : IDisposable
{
    private const string CpuSuffix = "-cpu";
    private const string GpuSuffix = "-gpu";

    // Long enough for a training to write a full checkpoint and to store it.
    public static readonly TimeSpan Drain = TimeSpan.FromSeconds(60);
    private const int WorkflowSlots = 100;
    private readonly DeviceGate _gate = new(pool.Slots);
    private readonly List<DeviceSlots> _slots = [];

    /// <summary>
    /// Creates the workers; each queue of a device is served twice: for the pool, and for this host alone.
    /// </summary>
    public List<TemporalWorker> Create()
    {
        var workers = new List<TemporalWorker>();
        foreach (var queue in pool.Queues)
        {
            if (queue.EndsWith(GpuSuffix, StringComparison.Ordinal))
            {
                var host = TaskQueues.HostOf(queue, HostName.Current);
                workers.AddRange(
                    new[] { queue, host }
                        .Select(name => new TemporalWorker(client, activities.AddTo(OfDevice(name), gpu: true))));
            }
            else
            {
                var options = Options(queue);
                options.MaxConcurrentActivities = pool.Slots;
                workers.Add(
                    new TemporalWorker(client, queue.EndsWith(CpuSuffix, StringComparison.Ordinal)
                        ? activities.AddTo(options, gpu: false) : options.AddPipelineWorkflows()));
            }
        }

        return workers;
    }

    public void Dispose()
    {
        _slots.ForEach(slots => slots.Dispose());
        _gate.Dispose();
    }

    private TemporalWorkerOptions OfDevice(string queue)
    {
        var (options, slots) = (Options(queue), new DeviceSlots(_gate, pool.Slots));
        _slots.Add(slots);
        options.Tuner = new WorkerTuner(
            new FixedSizeSlotSupplier(WorkflowSlots), slots, new FixedSizeSlotSupplier(WorkflowSlots),
            new FixedSizeSlotSupplier(WorkflowSlots));
        options.Interceptors = [new FailureInterceptor(), _gate, new StallGuard(abandon)];
        return options;
    }

    private TemporalWorkerOptions Options(string queue) => new(queue)
    {
        GracefulShutdownTimeout = Drain,
        MaxHeartbeatThrottleInterval = TimeSpan.FromSeconds(3),
        Interceptors = [new FailureInterceptor(), new StallGuard(abandon)],
        Identity = $"{Environment.ProcessId}@{HostName.Current}/{queue}",
        DeploymentOptions = version is null ? null : new WorkerDeploymentOptions(version, useWorkerVersioning: true)
        {
            DefaultVersioningBehavior = VersioningBehavior.Pinned,
        },
    };
}
