namespace Pipeline.EmbeddedTemporal.Deployments;

// The stored state of a worker deployment: its versions and which of them new work goes to.
internal sealed class DeploymentRecord
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public DateTime CreateTime { get; init; }

    // Raised by every change of the routing; clients send it back to notice changes by others.
    public long Revision { get; set; } = 1;

    public string LastModifier { get; set; } = "";

    public string Manager { get; set; } = "";

    // Newest first.
    public List<DeploymentVersionRecord> Versions { get; init; } = [];

    // Empty: new work goes to unversioned workers.
    public string CurrentBuild { get; set; } = "";

    public DateTime? CurrentChanged { get; set; }

    // Null when nothing ramps; empty when unversioned workers do.
    public string? RampingBuild { get; set; }

    public float RampingPercent { get; set; }

    public DateTime? RampingChanged { get; set; }

    public DateTime? PercentChanged { get; set; }

    public DateTime? RoutingChanged => CurrentChanged > RampingChanged || RampingChanged is null
        ? CurrentChanged : RampingChanged;

    public DeploymentVersionRecord? Find(string buildId) => Versions.Find(v => v.BuildId == buildId);

    // The version a workflow goes to by its id, or null for unversioned workers.
    public string? BuildFor(string queue, TaskQueueType type, string workflowId)
    {
        if (RampingBuild is { } ramping && Share(workflowId) < RampingPercent) return Serving(ramping, queue, type);
        return Serving(CurrentBuild, queue, type);
    }

    private string? Serving(string build, string queue, TaskQueueType type) =>
        Find(build)?.Has(queue, type) == true ? build : null;

    // A stable place between 0 and 100, so that a workflow does not change sides while the percentage stays (FNV-1a).
    private static double Share(string workflowId)
    {
        var hash = 2166136261u;
        foreach (var b in System.Text.Encoding.UTF8.GetBytes(workflowId)) hash = (hash ^ b) * 16777619u;
        return hash % 10_000 / 100.0;
    }
}
