using Pipeline.Hosting.Configuration;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;

namespace Pipeline.Hosting.Engine;

/// <summary>Versions of worker deployments: a run stays with the code that it began with.</summary>
public static class WorkerVersion
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private const int Attempts = 60;

    /// <summary>The version that the settings ask for.</summary>
    /// <param name="settings">Engine settings.</param>
    /// <param name="codeVersion">Digest of the code; used where the settings name no build.</param>
    /// <returns>The version; null when the settings name no deployment.</returns>
    public static WorkerDeploymentVersion? Of(EngineSettings settings, string codeVersion)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var deployment = settings.Deployment;
        return deployment.Name.Length == 0
            ? null : new WorkerDeploymentVersion(
                deployment.Name, deployment.Build.Length > 0 ? deployment.Build : codeVersion);
    }

    /// <summary>
    /// Gives new runs to a version as soon as the engine knows it; runs that go on stay where they are. A version has
    /// one turn for each time that its deployment is brought up: workers that start again later take nothing back from
    /// the version that came after theirs, or that an operator chose.
    /// </summary>
    /// <param name="client">Connection.</param>
    /// <param name="version">The version, whose workers poll already.</param>
    /// <param name="broughtUp">When the deployment was brought up.</param>
    /// <param name="cancellation">Stops the attempts.</param>
    /// <returns>False when the version had its turn before, so that nothing was changed.</returns>
    /// <exception cref="RpcException">The engine refuses, or does not learn of the version within half a
    /// minute.</exception>
    public static async Task<bool> MakeCurrentAsync(
        ITemporalClient client, WorkerDeploymentVersion version, DateTimeOffset broughtUp,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(version);
        var request = new SetWorkerDeploymentCurrentVersionRequest
        {
            Namespace = client.Options.Namespace,
            DeploymentName = version.DeploymentName,
            BuildId = version.BuildId,
            Identity = client.Connection.Options.Identity ?? "pipeline",
            IgnoreMissingTaskQueues = true,
        };
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await RoutedSinceAsync(client, version, cancellation) >= broughtUp)
                {
                    return false;
                }

                await client.WorkflowService.SetWorkerDeploymentCurrentVersionAsync(
                    request, new() { CancellationToken = cancellation });
                return true;
            }
            catch (RpcException exception)
                when (exception.Code is RpcException.StatusCode.NotFound or RpcException.StatusCode.FailedPrecondition
                    && attempt < Attempts)
            {
                await Task.Delay(Pause, cancellation);
            }
        }
    }

    // When the version last began or ceased to get new runs; null when it never did.
    private static async Task<DateTimeOffset?> RoutedSinceAsync(
        ITemporalClient client, WorkerDeploymentVersion version, CancellationToken cancellation)
    {
        var described = await client.WorkflowService.DescribeWorkerDeploymentVersionAsync(
            new DescribeWorkerDeploymentVersionRequest
            {
                Namespace = client.Options.Namespace,
                DeploymentVersion = new() { DeploymentName = version.DeploymentName, BuildId = version.BuildId },
            },
            new() { CancellationToken = cancellation });
        return described.WorkerDeploymentVersionInfo?.RoutingChangedTime?.ToDateTimeOffset();
    }
}
