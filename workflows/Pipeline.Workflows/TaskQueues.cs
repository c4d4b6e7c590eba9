namespace Pipeline.Workflows;

/// <summary>Task queues: workflows on one, activities on one queue for each kind of machine.</summary>
public static class TaskQueues
{
    /// <summary>Workflow tasks.</summary>
    public const string Pipeline = "pipeline";

    /// <summary>Activities that need no accelerator.</summary>
    public const string Cpu = Pipeline + CpuSuffix;

    /// <summary>Activities that use the model.</summary>
    public const string Gpu = Pipeline + GpuSuffix;

    private const string CpuSuffix = "-cpu";
    private const string GpuSuffix = "-gpu";

    /// <summary>The CPU queue that belongs to a workflow queue.</summary>
    /// <param name="workflowQueue">Queue of the workflow; another name than the default gives a separate
    /// deployment.</param>
    /// <returns>Name of the queue.</returns>
    public static string CpuOf(string workflowQueue) => workflowQueue + CpuSuffix;

    /// <summary>The queue of one host of a pool, for work that is cheaper where its files are.</summary>
    /// <param name="queue">Queue of the pool.</param>
    /// <param name="host">Name of the host.</param>
    /// <returns>Name of the queue.</returns>
    public static string HostOf(string queue, string host) => $"{queue}@{host}";

    /// <summary>The GPU queue that belongs to a workflow queue.</summary>
    /// <param name="workflowQueue">Queue of the workflow.</param>
    /// <returns>Name of the queue.</returns>
    public static string GpuOf(string workflowQueue) => workflowQueue + GpuSuffix;
}
