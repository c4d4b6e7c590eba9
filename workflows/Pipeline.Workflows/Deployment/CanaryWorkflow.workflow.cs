using Pipeline.Workflows.Contracts;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Pipeline.Workflows.Deployment;

/// <summary>
/// Gives a version a growing share of the traffic. Whatever goes wrong, the stable version ends with all of it.
/// </summary>
[Workflow]
public sealed class CanaryWorkflow
{
    private readonly List<CanaryStep> _steps = [];
    private CanaryDecisionInput? _decision;
    private bool _asking;
    private int _step;

    /// <summary>Steps so far.</summary>
    [WorkflowQuery("steps")]
    public IReadOnlyList<CanaryStep> Steps => _steps;

    /// <summary>Runs the canary.</summary>
    /// <param name="input">Version and steps.</param>
    /// <returns>Whether every step was good, and the traffic that was read back.</returns>
    [WorkflowRun]
    public async Task<CanaryResult> RunAsync(CanaryInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var before = await Workflow.ExecuteActivityAsync(
            (IDeploymentActivities a) => a.ReadTrafficAsync(input.Route),
            ActivityPolicies.Quick("traffic before the canary"));
        var stable = new TrafficState { Route = input.Route, StableVersion = before.StableVersion };
        try
        {
            await LoadAsync(input);
            for (_step = input.FirstStep; _step < input.Canary.Steps.Count; _step++)
            {
                var percent = input.Canary.Steps[_step];
                var traffic = stable with { CandidateVersion = input.Version.Version, CandidatePercent = percent };
                await SetAsync(traffic, $"canary step {percent} %");
                if (await WatchAsync(input, traffic) is { } reason)
                {
                    var after = await RestoreAsync(stable, reason);
                    return new CanaryResult
                    {
                        Passed = false,
                        Reason = reason,
                        Steps = _steps,
                        Before = stable,
                        After = after,
                    };
                }
            }

            var last = input.Canary.Steps.Count == 0 ? stable
                : stable with { CandidateVersion = input.Version.Version, CandidatePercent = input.Canary.Steps[^1] };
            return new CanaryResult
            {
                Passed = true,
                Reason = "every step was good",
                Steps = _steps,
                Before = stable,
                After = last,
            };
        }
        catch (Exception exception) when (TemporalException.IsCanceledException(exception))
        {
            await RestoreAsync(stable, "cancelled");
            throw;
        }
        catch (FailureException exception)
        {
            var cause = exception.InnerException?.Message ?? exception.Message;
            await RestoreAsync(stable, cause);
            throw new ApplicationFailureException(
                $"canary stopped at step {_step + 1} of {input.Canary.Steps.Count} and went back to stable: {cause}",
                exception, "CanaryStopped", nonRetryable: true, details: [_step]);
        }
    }

    /// <summary>Answers for a canary that cannot decide.</summary>
    /// <param name="decision">The answer.</param>
    /// <returns>What happens now.</returns>
    [WorkflowUpdate("decide")]
    public Task<string> DecideAsync(CanaryDecisionInput decision)
    {
        _decision = decision;
        return Task.FromResult(decision.Continue ? "the canary goes on" : "the canary rolls back");
    }

    /// <summary>Refuses an answer that nobody asked for.</summary>
    /// <param name="decision">The answer.</param>
    [WorkflowUpdateValidator(nameof(DecideAsync))]
    public void ValidateDecide(CanaryDecisionInput decision)
    {
        if (!_asking || string.IsNullOrWhiteSpace(decision?.By))
        {
            throw new ApplicationFailureException(
                _asking ? "'by' must name the person" : "the canary does not ask", ErrorTypes.NotAllowed);
        }
    }

    private static async Task LoadAsync(CanaryInput input)
    {
        var gateways = await Workflow.ExecuteActivityAsync(
            (IDeploymentActivities a) => a.ListGatewaysAsync(input.Route),
            ActivityPolicies.Quick("gateways of the route"));
        foreach (var gateway in gateways)
        {
            var order = new GatewayAdapterInput(gateway, input.Version, input.Adapter);
            await Workflow.ExecuteActivityAsync(
                (IDeploymentActivities a) => a.LoadAdapterAsync(order),
                ActivityPolicies.Quick($"load {input.Version.Id} on {gateway}"));
        }
    }

    private static Task<TrafficState> SetAsync(TrafficState traffic, string reason)
    {
        var order = new SetTrafficInput(
            traffic, Workflow.Info.WorkflowId, reason, $"{Workflow.Info.WorkflowId}/{traffic.CandidatePercent}");
        return Workflow.ExecuteActivityAsync(
            (IDeploymentActivities a) => a.SetTrafficAsync(order), ActivityPolicies.Quick(reason));
    }

    // Detached from the cancellation of the canary and retried until the read-back agrees.
    private static Task<TrafficState> RestoreAsync(TrafficState stable, string reason)
    {
        var text = reason.Length > 150 ? reason[..150] + "…" : reason;
        var order = new SetTrafficInput(stable, Workflow.Info.WorkflowId, text, $"{Workflow.Info.WorkflowId}/restore");
        return Workflow.ExecuteActivityAsync(
            (IDeploymentActivities a) => a.SetTrafficAsync(order),
            ActivityPolicies.Compensation($"all traffic to stable: {text}"));
    }

    // Returns the reason to go back, or null to go on.
    private async Task<string?> WatchAsync(CanaryInput input, TrafficState traffic)
    {
        var watch = new WatchTrafficInput
        {
            Route = input.Route,
            Traffic = traffic,
            Duration = input.Canary.GenerateTraffic ? input.Canary.StepDuration : TimeSpan.Zero,
            MinRequests = input.Canary.MinRequests,
            Generate = input.Canary.GenerateTraffic,
            Dataset = input.Dataset,
        };
        for (var round = 0; ; round++)
        {
            if (!input.Canary.GenerateTraffic)
            {
                await Workflow.DelayAsync(input.Canary.StepDuration);
            }

            var seen = await Workflow.ExecuteActivityAsync(
                (IDeploymentActivities a) => a.WatchTrafficAsync(watch),
                ActivityPolicies.Quick($"watch {traffic.CandidatePercent} %"));
            var (outcome, reason) = CanaryAnalysis.Judge(input.Canary, seen);
            Remember(traffic.CandidatePercent, outcome, reason, seen);
            if (outcome == CanaryOutcome.Inconclusive)
            {
                if (round < input.Canary.MaxInconclusive)
                {
                    continue;
                }

                return await AskAsync(input, traffic, reason);
            }

            return outcome == CanaryOutcome.RollBack ? reason : null;
        }
    }

    private async Task<string?> AskAsync(CanaryInput input, TrafficState traffic, string reason)
    {
        (_asking, _decision) = (true, null);
        Workflow.CurrentDetails =
            $"**{traffic.CandidatePercent} %: {reason}.** Decide with update `decide`: "
            + $"`{{\"by\":\"NAME\",\"continue\":true,\"reason\":\"…\"}}`; "
            + $"without an answer the canary rolls back in {input.Canary.AskFor}.";
        var answered = await Workflow.WaitConditionAsync(() => _decision is not null, input.Canary.AskFor);
        _asking = false;
        var text = answered
            ? $"{_decision?.By}: {(_decision?.Continue == true ? "go on" : "go back")} {_decision?.Reason}"
            : $"nobody decided; {reason}";
        Remember(traffic.CandidatePercent,
            _decision?.Continue == true ? CanaryOutcome.Continue : CanaryOutcome.RollBack, text, null);
        return _decision?.Continue == true ? null : text;
    }

    private void Remember(int percent, CanaryOutcome outcome, string reason, CanaryMeasurement? seen)
    {
        _steps.Add(new CanaryStep(percent, $"{outcome}: {reason}", seen, Workflow.UtcNow));
        Workflow.CurrentDetails =
            string.Join('\n', _steps.Select(step => $"- {step.At:HH:mm:ss} {step.Percent} %: {step.Outcome}"));
    }
}
