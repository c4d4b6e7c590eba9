using Temporalio.Api.Deployment.V1;

namespace Pipeline.EmbeddedTemporal.Deployments;

// A worker deployment and one of its builds.
internal readonly record struct DeploymentVersion(string Deployment, string BuildId)
{
    public const string Unversioned = "__unversioned__";

    public string Key => Deployment + ":" + BuildId;

    // How older clients write it.
    public string DottedKey => Deployment + "." + BuildId;

    // The version that a worker belongs to, or null for an unversioned worker.
    public static DeploymentVersion? Of(WorkerDeploymentOptions? options) =>
        options is
        {
            WorkerVersioningMode: WorkerVersioningMode.Versioned, DeploymentName.Length: > 0,
            BuildId.Length: > 0
        }
            ? new DeploymentVersion(options.DeploymentName, options.BuildId) : null;

    public static DeploymentVersion? Of(WorkerDeploymentVersion? version) =>
        version is { DeploymentName.Length: > 0 }
            ? new DeploymentVersion(version.DeploymentName, version.BuildId) : null;

    // From a message, or from the text that older clients send instead.
    public static DeploymentVersion Parse(WorkerDeploymentVersion? version, string text)
    {
        if (Of(version) is { } given) return given;
        var cut = text.IndexOfAny(['.', ':']);
        return cut > 0 && cut < text.Length - 1
            ? new DeploymentVersion(text[..cut], text[(cut + 1)..])
            : throw RpcError.Invalid("deployment version must be specified");
    }

    public WorkerDeploymentVersion Proto() => new() { DeploymentName = Deployment, BuildId = BuildId };
}
