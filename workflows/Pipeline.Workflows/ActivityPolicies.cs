using Temporalio.Common;
using Temporalio.Workflows;

namespace Pipeline.Workflows;

/// <summary>
/// Options of every activity, in one place: queue, timeouts, retries, and the line that the Web UI shows.
/// </summary>
/// <remarks>
/// What must not be retried says so where it is thrown. Everything else is taken for a lost worker or a broken network
/// and is retried with growing pauses until its total time is over; then the run parks.
/// </remarks>
public static class ActivityPolicies
{
    private static readonly RetryPolicy Infrastructure = new()
    {
        InitialInterval = TimeSpan.FromSeconds(1),
        BackoffCoefficient = 2,
        MaximumInterval = TimeSpan.FromMinutes(1),
        MaximumAttempts = 8,
    };

    // What a stopped worker gives back is not tried again by the engine, which would count it: see LongWork.
    private static readonly RetryPolicy Interruptible =
        Infrastructure with { NonRetryableErrorTypes = [ErrorTypes.WorkerDraining] };

    // Workers beat every two seconds; a worker that is silent for longer than this is taken for dead.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    // A supervisor starts a lost worker within a second; a host that is silent for longer is gone.
    private static readonly TimeSpan HostPatience = TimeSpan.FromSeconds(20);

    // What restores a safe state is retried until it succeeds.
    private static readonly RetryPolicy Forever = new()
    {
        InitialInterval = TimeSpan.FromSeconds(1),
        BackoffCoefficient = 2,
        MaximumInterval = TimeSpan.FromSeconds(30),
    };

    /// <summary>A quick look-up or decision on the CPU pool.</summary>
    /// <param name="summary">Line shown in the Web UI.</param>
    /// <returns>The options.</returns>
    public static ActivityOptions Quick(string summary) => new()
    {
        TaskQueue = TaskQueues.CpuOf(Workflow.Info.TaskQueue),
        StartToCloseTimeout = TimeSpan.FromMinutes(5),
        ScheduleToCloseTimeout = TimeSpan.FromHours(4),
        HeartbeatTimeout = Silence,
        RetryPolicy = Infrastructure,
        Summary = summary,
    };

    /// <summary>A data stage on the CPU pool; called through <see cref="LongWork"/>.</summary>
    /// <param name="summary">Line shown in the Web UI.</param>
    /// <returns>The options.</returns>
    public static ActivityOptions Data(string summary) => new()
    {
        TaskQueue = TaskQueues.CpuOf(Workflow.Info.TaskQueue),
        StartToCloseTimeout = TimeSpan.FromHours(12),
        ScheduleToCloseTimeout = TimeSpan.FromHours(48),
        HeartbeatTimeout = Silence,
        RetryPolicy = Interruptible,
        Summary = summary,
    };

    /// <summary>Work with the model on the GPU pool; called through <see cref="LongWork"/>.</summary>
    /// <param name="summary">Line shown in the Web UI.</param>
    /// <param name="tenant">Share of the pool that the work counts towards; empty shares one queue.</param>
    /// <param name="priority">1 is served first, 5 last.</param>
    /// <returns>The options.</returns>
    public static ActivityOptions Gpu(string summary, string tenant = "", int priority = 3) => new()
    {
        TaskQueue = TaskQueues.GpuOf(Workflow.Info.TaskQueue),
        StartToCloseTimeout = TimeSpan.FromDays(7),
        ScheduleToCloseTimeout = TimeSpan.FromDays(30),
        HeartbeatTimeout = Silence,
        RetryPolicy = Interruptible,
        CancellationType = ActivityCancellationType.WaitCancellationCompleted,
        Priority = new Priority(priority, tenant.Length == 0 ? null : tenant, null),
        Summary = summary,
    };

    /// <summary>The first try of a training: the workflow itself decides where the next one goes.</summary>
    /// <param name="summary">Line shown in the Web UI.</param>
    /// <param name="tenant">Share of the pool that the work counts towards; empty shares one queue.</param>
    /// <param name="priority">1 is served first, 5 last.</param>
    /// <returns>The options.</returns>
    public static ActivityOptions GpuOnce(string summary, string tenant, int priority)
    {
        var options = Gpu(summary, tenant, priority);
        options.RetryPolicy = new RetryPolicy { MaximumAttempts = 1 };
        return options;
    }

    /// <summary>
    /// Goes on with a training on the host that has its checkpoints; given up soon when that host does not take it.
    /// </summary>
    /// <param name="host">Name of the host.</param>
    /// <param name="summary">Line shown in the Web UI.</param>
    /// <param name="tenant">Share of the pool that the work counts towards; empty shares one queue.</param>
    /// <param name="priority">1 is served first, 5 last.</param>
    /// <returns>The options.</returns>
    public static ActivityOptions GpuOfHost(string host, string summary, string tenant, int priority)
    {
        var options = GpuOnce(summary, tenant, priority);
        options.TaskQueue = TaskQueues.HostOf(TaskQueues.GpuOf(Workflow.Info.TaskQueue), host);
        options.ScheduleToStartTimeout = HostPatience;
        return options;
    }

    /// <summary>Restores a safe state: not cancelled with the run, retried until it succeeds.</summary>
    /// <param name="summary">Line shown in the Web UI.</param>
    /// <returns>The options.</returns>
    public static ActivityOptions Compensation(string summary) => new()
    {
        TaskQueue = TaskQueues.CpuOf(Workflow.Info.TaskQueue),
        StartToCloseTimeout = TimeSpan.FromMinutes(1),
        HeartbeatTimeout = Silence,
        RetryPolicy = Forever,
        CancellationToken = CancellationToken.None,
        Summary = summary,
    };
}
