using Microsoft.Extensions.Logging;
using Pipeline.Workflows.Contracts;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Pipeline.Workflows.Deployment;

/// <summary>
/// Brings a version to every gateway and gives it all traffic: load, warm, check, flip; undone as a whole when a step
/// fails.
/// </summary>
[Workflow]
public sealed class DeploymentWorkflow
{
    private string _state = "not begun";

    /// <summary>What the deployment does now.</summary>
    [WorkflowQuery("state")]
    public string State => _state;

    /// <summary>Deploys.</summary>
    /// <param name="input">Route and version.</param>
    /// <returns>The traffic that was read back.</returns>
    [WorkflowRun]
    public async Task<TrafficState> RunAsync(DeploymentInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var before = await Workflow.ExecuteActivityAsync(
            (IDeploymentActivities a) => a.ReadTrafficAsync(input.Route),
            ActivityPolicies.Quick("traffic before the deployment"));
        var stable = before with { CandidateVersion = 0, CandidatePercent = 0 };
        var gateways = await Workflow.ExecuteActivityAsync(
            (IDeploymentActivities a) => a.ListGatewaysAsync(input.Route),
            ActivityPolicies.Quick("gateways of the route"));
        try
        {
            foreach (var gateway in gateways)
            {
                _state = $"loads {input.Version.Id} on {gateway}";
                var load = new GatewayAdapterInput(gateway, input.Version, input.Adapter);
                await Workflow.ExecuteActivityAsync(
                    (IDeploymentActivities a) => a.LoadAdapterAsync(load),
                    ActivityPolicies.Quick($"load {input.Version.Id} on {gateway}"));
            }

            _state = $"gives {input.Version.Id} all traffic";
            var flip = new SetTrafficInput(
                new TrafficState { Route = input.Route, StableVersion = input.Version.Version }, input.Actor,
                input.Reason, $"{Workflow.Info.WorkflowId}/flip");
            return await Workflow.ExecuteActivityAsync(
                (IDeploymentActivities a) => a.SetTrafficAsync(flip),
                ActivityPolicies.Quick($"all traffic to {input.Version.Id}"));
        }
        catch (Exception exception)
            when (exception is FailureException || TemporalException.IsCanceledException(exception))
        {
            _state = "undoes";
            await UndoAsync(input, stable, gateways);
            throw;
        }
    }

    private static async Task UndoAsync(DeploymentInput input, TrafficState stable, IReadOnlyList<string> gateways)
    {
        var back =
            new SetTrafficInput(stable, input.Actor, "the deployment failed", $"{Workflow.Info.WorkflowId}/undo");
        await Workflow.ExecuteActivityAsync(
            (IDeploymentActivities a) => a.SetTrafficAsync(back),
            ActivityPolicies.Compensation("traffic as before the deployment"));
        foreach (var gateway in gateways)
        {
            var unload = new GatewayAdapterInput(gateway, input.Version, null);
            var options = ActivityPolicies.Compensation($"unload {input.Version.Id} from {gateway}");

            // A gateway that is gone has nothing loaded; the traffic is safe already.
            options.ScheduleToCloseTimeout = TimeSpan.FromMinutes(2);
            try
            {
                await Workflow.ExecuteActivityAsync((IDeploymentActivities a) => a.UnloadAdapterAsync(unload), options);
            }
            catch (ActivityFailureException exception)
            {
                Workflow.Logger.LogWarning(exception, "adapter stays loaded on {Gateway}", gateway);
            }
        }
    }
}
