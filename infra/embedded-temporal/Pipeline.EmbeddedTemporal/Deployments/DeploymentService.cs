using Pipeline.EmbeddedTemporal.History;
using Pipeline.EmbeddedTemporal.Storage;

namespace Pipeline.EmbeddedTemporal.Deployments;

// All worker deployments, and the version that a piece of work goes to. Used under the engine's gate.
internal sealed class DeploymentService(Engine engine)
{
    private const string Kind = "deployment";
    private readonly Dictionary<(string Namespace, string Name), DeploymentRecord> _deployments = [];

    public IEnumerable<DeploymentRecord> Of(string ns) =>
        _deployments.Values.Where(d => d.Namespace == ns).OrderByDescending(d => d.CreateTime);

    public DeploymentRecord? Find(string ns, string name) => _deployments.GetValueOrDefault((ns, name));

    public void Load()
    {
        _deployments.Clear();
        foreach (var (ns, name, data) in engine.Store.Entities(Kind)) _deployments[(ns, name)] =
            StateJson.Read<DeploymentRecord>(data);
    }

    // A versioned worker polls: its version and the queue become known.
    public void Saw(Tx tx, string ns, DeploymentVersion version, string queue, TaskQueueType type)
    {
        if (Find(ns, version.Deployment) is not { } deployment)
            _deployments[(ns, version.Deployment)] = deployment = new DeploymentRecord
            {
                Namespace = ns,
                Name = version.Deployment,
                CreateTime = tx.Now,
            };
        if (deployment.Find(version.BuildId) is not { } known)
            deployment.Versions.Insert(
                0, known = new DeploymentVersionRecord { BuildId = version.BuildId, CreateTime = tx.Now });
        if (known.Has(queue, type)) return;
        known.Queues.Add(new DeploymentQueue(queue, type));
        Store(tx, deployment);
        if (known.IsActive) engine.Matching.Reroute(tx, ns, queue, type);
    }

    public static void Store(Tx tx, DeploymentRecord deployment) =>
        tx.Batch.Entities.Add((Kind, deployment.Namespace, deployment.Name, StateJson.Write(deployment)));

    public void Remove(Tx tx, DeploymentRecord deployment)
    {
        _deployments.Remove((deployment.Namespace, deployment.Name));
        tx.Batch.Entities.Add((Kind, deployment.Namespace, deployment.Name, null));
    }

    public bool Has(string ns, DeploymentVersion version, string queue, TaskQueueType type) =>
        Find(ns, version.Deployment)?.Find(version.BuildId)?.Has(queue, type) == true;

    // The deployment that decides over a queue: the one whose routing changed last.
    public DeploymentRecord? RoutingOf(string ns, string queue, TaskQueueType type)
    {
        DeploymentRecord? latest = null;
        foreach (var d in _deployments.Values)
        {
            if (d.Namespace != ns || d.RoutingChanged is not { } changed || !d.Versions.Exists(v => v.Has(queue, type)))
                continue;
            if (latest is null || changed > latest.RoutingChanged) latest = d;
        }

        return latest;
    }

    // Where work that is not pinned goes; null for unversioned workers.
    public DeploymentVersion? Route(string ns, string queue, TaskQueueType type, string workflowId) =>
        _deployments.Count > 0 && RoutingOf(ns, queue, type) is { } d
            && d.BuildFor(queue, type, workflowId) is { } build
            ? new DeploymentVersion(d.Name, build) : null;

    public IEnumerable<DeploymentVersion> VersionsOf(string ns, string queue, TaskQueueType type) =>
        from d in _deployments.Values
        where d.Namespace == ns
        from v in d.Versions
        where v.Has(queue, type)
        select new DeploymentVersion(d.Name, v.BuildId);

    // After a change of routing, waiting work moves to the version it belongs to now.
    public void Reroute(Tx tx, DeploymentRecord deployment)
    {
        foreach (var queue in deployment.Versions.SelectMany(v => v.Queues).Distinct())
            engine.Matching.Reroute(tx, deployment.Namespace, queue.Name, queue.Type);
    }

    // Whether an open workflow is bound to the version.
    public bool IsPinnedTo(string ns, DeploymentVersion version) =>
        engine.Runs.Open.Any((Run r) => r.State.Namespace == ns && r.PinnedVersion == version);
}
