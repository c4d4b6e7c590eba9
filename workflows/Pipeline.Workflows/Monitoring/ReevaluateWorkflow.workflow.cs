using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Evaluation;
using Temporalio.Workflows;

namespace Pipeline.Workflows.Monitoring;

/// <summary>
/// Evaluates what serves again on the questions that it was promoted on, without any earlier answer, and compares.
/// </summary>
[Workflow]
public sealed class ReevaluateWorkflow
{
    private RegisteredVersion? _version;

    /// <summary>Version that is looked at, or null before it is known.</summary>
    [WorkflowQuery("version")]
    public RegisteredVersion? Version => _version;

    /// <summary>Evaluates.</summary>
    /// <param name="input">What to evaluate; nothing at all takes the defaults.</param>
    /// <returns>Whether it drifted.</returns>
    [WorkflowRun]
    public async Task<ReevaluateResult> RunAsync(ReevaluateInput? input = null)
    {
        input ??= new ReevaluateInput();
        var alias = new AliasName(input.Name, input.Alias);
        var serving = await Workflow.ExecuteActivityAsync(
            (IMonitoringActivities a) => a.FindServingAsync(alias),
            ActivityPolicies.Quick($"what {input.Name} serves"));
        _version = serving.Version;
        var order = new EvaluateInput
        {
            BaseModel = serving.BaseModel,
            Adapter = serving.Adapter,
            Dataset = serving.Dataset,
            Evaluate = serving.Evaluate,
            Arm = "serving",
            Fresh = Workflow.Info.RunId,
        };
        var now = await Workflow.ExecuteChildWorkflowAsync(
            (EvaluateWorkflow wf) => wf.RunAsync(order), new()
            {
                Id = WorkflowIds.Evaluate(Workflow.Info.WorkflowId, order.Arm, 1),
                ParentClosePolicy = ParentClosePolicy.RequestCancel,
            });
        var comparison = new DriftInput(serving, now, input.MaxDropPoints, Workflow.UtcNow);
        var drift = await Workflow.ExecuteActivityAsync(
            (IMonitoringActivities a) => a.RecordDriftAsync(comparison),
            ActivityPolicies.Quick("compare with the original evidence"));
        return new ReevaluateResult(serving.Version, drift,
            await Alarm.RaiseAsync(drift.Drifted, $"{serving.Version.Id}: {drift.Text}", input.Retrain));
    }
}
