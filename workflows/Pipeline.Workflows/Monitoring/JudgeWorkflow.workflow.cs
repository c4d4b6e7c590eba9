using Pipeline.Workflows.Contracts;
using Temporalio.Workflows;

namespace Pipeline.Workflows.Monitoring;

/// <summary>Lets a stronger model judge a sample of what the served one answers.</summary>
[Workflow]
public sealed class JudgeWorkflow
{
    private RegisteredVersion? _version;

    /// <summary>Version that is looked at, or null before it is known.</summary>
    [WorkflowQuery("version")]
    public RegisteredVersion? Version => _version;

    /// <summary>Judges.</summary>
    /// <param name="input">What to judge; nothing at all takes the defaults.</param>
    /// <returns>The marks, and whether they raise the alarm.</returns>
    [WorkflowRun]
    public async Task<JudgeSamplingResult> RunAsync(JudgeInput? input = null)
    {
        input ??= new JudgeInput();
        var alias = new AliasName(input.Name, input.Alias);
        var serving = await Workflow.ExecuteActivityAsync(
            (IMonitoringActivities a) => a.FindServingAsync(alias),
            ActivityPolicies.Quick($"what {input.Name} serves"));
        _version = serving.Version;
        var order = new JudgeAnswersInput(serving, input.Answers, Workflow.Random.Next(), Workflow.UtcNow);
        var marks = await LongWork.RunAsync(
            (IMonitoringActivities a) => a.JudgeAnswersAsync(order),
            ActivityPolicies.Data($"judge {input.Answers} answers"));

        // No number compares as good, so marks that are missing raise the alarm too.
        var alarm = !(marks.Mean >= input.MinMark);
        var text =
            $"{serving.Version.Id}: mean mark {marks.Mean:0.0} of {marks.Answers} answers by {marks.Judge} (at least "
                + $"{input.MinMark:0.0}), {marks.Unreadable} unreadable, agreement {marks.Agreement:P0}";
        return new JudgeSamplingResult(
            serving.Version, marks, alarm, await Alarm.RaiseAsync(alarm, text, input.Retrain));
    }
}
