using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Evaluation;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Pipeline.Cli.Runs;

/// <summary>
/// Reads how far the activities of a run and of its children have come, from their heartbeats: no event is written for
/// it.
/// </summary>
internal static class HeartbeatReader
{
    public static async Task<ActivityProgress?> ReadAsync(ITemporalClient client, string workflowId)
    {
        try
        {
            var run = await DescribeAsync(client, workflowId);
            if (await ReadAsync(client, run) is { } own)
            {
                return own;
            }

            foreach (var child in run.PendingChildren)
            {
                // An evaluation has many short activities; how many are done says more than how far one of them is.
                var progress = child.WorkflowTypeName == nameof(EvaluateWorkflow)
                    ? await client.GetWorkflowHandle<EvaluateWorkflow>(child.WorkflowId).QueryAsync(wf => wf.Progress)
                    : await ReadAsync(client, await DescribeAsync(client, child.WorkflowId));
                if (progress is not null)
                {
                    return progress;
                }
            }
        }
        catch (Exception exception) when (exception is RpcException or WorkflowQueryFailedException)
        {
            // Only a courtesy; the next look will do.
        }

        return null;
    }

    // A heartbeat without text came before the work began.
    private static async Task<ActivityProgress?> ReadAsync(
        ITemporalClient client, DescribeWorkflowExecutionResponse run)
    {
        foreach (var activity in run.PendingActivities)
        {
            if (activity.HeartbeatDetails?.Payloads_ is { Count: > 0 } payloads
                && await client.Options.DataConverter.ToSingleValueAsync<ActivityProgress>([.. payloads])
                is { Text.Length: > 0 } progress)
            {
                return progress;
            }
        }

        return null;
    }

    private static Task<DescribeWorkflowExecutionResponse> DescribeAsync(
        ITemporalClient client, string id) => client.WorkflowService.DescribeWorkflowExecutionAsync(
        new() { Namespace = client.Options.Namespace, Execution = new() { WorkflowId = id } });
}
