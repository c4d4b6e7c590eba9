namespace Pipeline.Workflows;

/// <summary>Workflow ids by function.</summary>
public static class WorkflowIds
{
    /// <summary>A whole run.</summary>
    /// <param name="runId">Name of the run.</param>
    /// <returns>The id.</returns>
    public static string FineTune(string runId) => $"finetune:{runId}";

    /// <summary>The training of a run.</summary>
    /// <param name="parentId">Id of the run's workflow.</param>
    /// <param name="round">Number of the training within the run, from 1.</param>
    /// <returns>The id.</returns>
    public static string Train(string parentId, int round) => $"{parentId}/train-{round}";

    /// <summary>One trial of a sweep.</summary>
    /// <param name="parentId">Id of the sweep's workflow.</param>
    /// <param name="rung">Number of the round, from 1.</param>
    /// <param name="trial">Number of the trial, from 1.</param>
    /// <returns>The id.</returns>
    public static string Trial(string parentId, int rung, int trial) => $"{parentId}/trial-{rung}-{trial}";

    /// <summary>An evaluation of a run.</summary>
    /// <param name="parentId">Id of the run's workflow.</param>
    /// <param name="arm">What is evaluated: <c>base</c> or <c>candidate</c>.</param>
    /// <param name="round">Number of the evaluation within the run, from 1.</param>
    /// <returns>The id.</returns>
    public static string Evaluate(string parentId, string arm, int round) => $"{parentId}/evaluate-{arm}-{round}";

    /// <summary>The canary of a run.</summary>
    /// <param name="parentId">Id of the run's workflow.</param>
    /// <param name="round">Number of the canary within the run, from 1.</param>
    /// <returns>The id.</returns>
    public static string Canary(string parentId, int round) => $"{parentId}/canary-{round}";

    /// <summary>The deployment of a run.</summary>
    /// <param name="parentId">Id of the run's workflow.</param>
    /// <param name="round">Number of the deployment within the run, from 1.</param>
    /// <returns>The id.</returns>
    public static string Deploy(string parentId, int round) => $"{parentId}/deploy-{round}";

    /// <summary>The guard of a run's release.</summary>
    /// <param name="parentId">Id of the run's workflow.</param>
    /// <param name="round">Number within the run, from 1.</param>
    /// <returns>The id.</returns>
    public static string Guard(string parentId, int round) => $"{parentId}/guard-{round}";

    /// <summary>The trigger that watches a data prefix.</summary>
    /// <param name="prefix">Prefix in the object store.</param>
    /// <returns>The id.</returns>
    public static string Trigger(string prefix) => $"trigger:{prefix}";
}
