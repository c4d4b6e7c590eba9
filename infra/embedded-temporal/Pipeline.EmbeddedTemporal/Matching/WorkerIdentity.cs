using Pipeline.EmbeddedTemporal.Deployments;
using Temporalio.Api.Deployment.V1;

namespace Pipeline.EmbeddedTemporal.Matching;

// Who polls.
internal sealed record WorkerIdentity(string Identity, string BuildId, WorkerDeploymentOptions? Deployment)
{
    // Null for an unversioned worker.
    public DeploymentVersion? Version { get; } = DeploymentVersion.Of(Deployment);

    public static WorkerIdentity Of(
        string identity, string checksum, WorkerVersionCapabilities? capabilities,
        WorkerDeploymentOptions? deployment) =>
        new(identity, capabilities?.BuildId is { Length: > 0 } build ? build : deployment?.BuildId is { Length: > 0 } d
            ? d : checksum, deployment);
}
