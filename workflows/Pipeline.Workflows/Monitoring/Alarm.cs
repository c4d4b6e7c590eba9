using Pipeline.Workflows.FineTuning;
using Pipeline.Workflows.Inputs;
using Temporalio.Workflows;

namespace Pipeline.Workflows.Monitoring;

/// <summary>
/// What happens when something that serves got worse: it is visible in the list of workflows, and a run may start.
/// </summary>
internal static class Alarm
{
    /// <summary>Shows the outcome; starts a run when there is an alarm and an input for it.</summary>
    /// <returns>Id of the run; empty for none.</returns>
    public static async Task<string> RaiseAsync(bool raised, string text, FineTuneInput? retrain)
    {
        Workflow.CurrentDetails = $"**{(raised ? "Alarm" : "Good")}.** {text}";
        Workflow.UpsertTypedSearchAttributes(SearchAttributes.Verdict.ValueSet(raised ? "alarm" : "good"));
        if (!raised || retrain is null)
        {
            return "";
        }

        var id = WorkflowIds.FineTune($"retrain-{Workflow.NewGuid().ToString()[..8]}");
        await Workflow.StartChildWorkflowAsync(
            (FineTuneWorkflow wf) => wf.RunAsync(retrain), new()
            {
                Id = id,
                ParentClosePolicy = ParentClosePolicy.Abandon,
            });
        return id;
    }
}
