namespace Pipeline.EmbeddedTemporal.Deployments;

// The stored state of one version of a worker deployment.
internal sealed class DeploymentVersionRecord
{
    public required string BuildId { get; init; }

    public DateTime CreateTime { get; init; }

    // The task queues that its workers have polled.
    public List<DeploymentQueue> Queues { get; init; } = [];

    public DateTime? CurrentSince { get; set; }

    public DateTime? RampingSince { get; set; }

    public DateTime? RoutingUpdate { get; set; }

    public DateTime? FirstActivation { get; set; }

    public DateTime? LastCurrent { get; set; }

    public DateTime? LastDeactivation { get; set; }

    public Dictionary<string, Payload> Metadata { get; init; } = new(StringComparer.Ordinal);

    public bool IsActive => CurrentSince is not null || RampingSince is not null;

    public bool Has(string queue, TaskQueueType type) => Queues.Contains(new DeploymentQueue(queue, type));
}

// A task queue of one type.
internal readonly record struct DeploymentQueue(string Name, TaskQueueType Type);
