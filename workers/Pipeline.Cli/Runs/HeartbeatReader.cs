using Pipeline.Workflows.Contracts;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Pipeline.Cli.Runs;

/// <summary>Reads how far the activities of a run and of its children have come, from their heartbeats: no event is written for it.</summary>
internal static class HeartbeatReader
{
    public static async Task<ActivityProgress?> ReadAsync(ITemporalClient client, string workflowId)
    {
        try
        {
            var run = await DescribeAsync(client, workflowId);
            foreach (var id in run.PendingChildren.Select(child => child.WorkflowId).Prepend(workflowId))
            {
                var description = id == workflowId ? run : await DescribeAsync(client, id);
                foreach (var activity in description.PendingActivities)
                {
                    if (activity.HeartbeatDetails?.Payloads_ is { Count: > 0 } payloads)
                    {
                        return await client.Options.DataConverter.ToSingleValueAsync<ActivityProgress>([.. payloads]);
                    }
                }
            }
        }
        catch (RpcException)
        {
            // Only a courtesy; the next look will do.
        }

        return null;
    }

    private static Task<DescribeWorkflowExecutionResponse> DescribeAsync(ITemporalClient client, string id) => client.WorkflowService.DescribeWorkflowExecutionAsync(
        new() { Namespace = client.Options.Namespace, Execution = new() { WorkflowId = id } });
}
