using Pipeline.Workflows.Deployment;
using Pipeline.Workflows.Evaluation;
using Pipeline.Workflows.FineTuning;
using Pipeline.Workflows.Monitoring;
using Pipeline.Workflows.Training;
using Pipeline.Workflows.Triggers;
using Temporalio.Worker;

namespace Pipeline.Workflows;

/// <summary>Every workflow of the product.</summary>
public static class PipelineWorkflows
{
    /// <summary>The workflow classes.</summary>
    public static IReadOnlyList<Type> All { get; } =
    [
        typeof(FineTuneWorkflow), typeof(TrainWorkflow), typeof(EvaluateWorkflow), typeof(CanaryWorkflow),
        typeof(DeploymentWorkflow), typeof(ReleaseGuardWorkflow), typeof(RetrainTriggerWorkflow),
        typeof(ReevaluateWorkflow), typeof(JudgeWorkflow),
    ];

    /// <summary>Adds all of them to a worker.</summary>
    /// <param name="options">Options of the worker.</param>
    /// <returns>The same options.</returns>
    public static TemporalWorkerOptions AddPipelineWorkflows(this TemporalWorkerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (var workflow in All)
        {
            options.AddWorkflow(workflow);
        }

        return options;
    }
}
