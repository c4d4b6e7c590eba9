using System.Text.Json;
using Pipeline.Workflows;
using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.FineTuning;
using Pipeline.Workflows.Inputs;
using Pipeline.Workflows.Json;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Pipeline.EndToEnd.Tests;

/// <summary>A run of the recipe <c>tiny</c>, followed to its end and approved on the way.</summary>
public static class TinyRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    public static FineTuneInput Input { get; } = JsonSerializer.Deserialize<FineTuneInput>(
        File.ReadAllText(Path.Combine(Repository.Root, "workflows", "recipes", "tiny.json")), PipelineJson.Options)!
        with
    { Owner = "olga" };

    /// <summary>Starts and follows a run.</summary>
    /// <param name="port">Port of the engine.</param>
    /// <param name="atStage">Called once for each stage that begins; a test breaks things there.</param>
    public static async Task<FineTuneResult> RunAsync(int port, Func<string, Task>? atStage = null)
    {
        return await FollowAsync(await StartAsync(await ConnectAsync(port), Input), atStage);
    }

    // The real server listens a moment before it answers.
    private static async Task<ITemporalClient> ConnectAsync(int port)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TemporalClient.ConnectAsync(
                    new($"127.0.0.1:{port}") { DataConverter = PipelineJson.Converter() });
            }
            catch (InvalidOperationException) when (attempt < 60)
            {
                await Task.Delay(500, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>Starts a run.</summary>
    public static Task<WorkflowHandle<FineTuneWorkflow, FineTuneResult>> StartAsync(
        ITemporalClient client, FineTuneInput input) =>
        client.StartWorkflowAsync((FineTuneWorkflow wf) => wf.RunAsync(input),
            new(WorkflowIds.FineTune(Guid.NewGuid().ToString("N")), TaskQueues.Pipeline));

    /// <summary>Follows a run to its end and approves on the way.</summary>
    public static async Task<FineTuneResult> FollowAsync(
        WorkflowHandle<FineTuneWorkflow, FineTuneResult> handle, Func<string, Task>? atStage = null)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            try
            {
                var stages = await handle.QueryAsync(wf => wf.Status);
                foreach (var stage in stages.Where(
                    stage =>
                        stage.State
                            is not (Workflows.Contracts.StageState.Pending or Workflows.Contracts.StageState.Parked)
                            && seen.Add(stage.Name)))
                {
                    await (atStage?.Invoke(stage.Name) ?? Task.CompletedTask);
                }

                stages.FirstOrDefault(stage => stage.State == Workflows.Contracts.StageState.Parked)?.Failure
                    .ShouldBeNull();
                if (await handle.QueryAsync(wf => wf.Awaited) is { } open)
                {
                    await handle.ExecuteUpdateAsync(
                        wf => wf.ApproveAsync(new DecisionInput { By = "ada", Digest = open.Digest }));
                }

                if ((await handle.DescribeAsync()).Status != Temporalio.Api.Enums.V1.WorkflowExecutionStatus.Running)
                {
                    return await handle.GetResultAsync();
                }
            }
            catch (Exception exception)
                when (exception is RpcException or WorkflowQueryFailedException or WorkflowUpdateFailedException)
            {
                // Something was ended on purpose; it comes back.
            }

            patience.Elapsed.ShouldBeLessThan(Patience, "the run does not come to its end");
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }
}
