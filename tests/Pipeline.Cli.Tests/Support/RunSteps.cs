using Pipeline.Workflows;
using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;
using Pipeline.Workflows.Inputs;
using Pipeline.Workflows.Json;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Pipeline.Cli.Tests.Support;

/// <summary>Runs of a deployment, answered in the names of two people.</summary>
public static class RunSteps
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    /// <summary>Connects to the deployment's engine.</summary>
    public static async Task<ITemporalClient> ConnectAsync(CliDeployment deployment) =>
        await TemporalClient.ConnectAsync(
            new($"127.0.0.1:{deployment.EnginePort}") { DataConverter = PipelineJson.Converter() });

    /// <summary>Starts a run.</summary>
    public static Task<WorkflowHandle<FineTuneWorkflow, FineTuneResult>> StartAsync(
        ITemporalClient client, FineTuneInput input) =>
        client.StartWorkflowAsync((FineTuneWorkflow wf) => wf.RunAsync(input),
            new(WorkflowIds.FineTune(Guid.NewGuid().ToString("N")), TaskQueues.Pipeline));

    /// <summary>Follows a run to its end; ada and bob say yes to everything.</summary>
    /// <param name="handle">The run.</param>
    /// <param name="meanwhile">Done at every look.</param>
    public static async Task<FineTuneResult> FinishAsync(
        WorkflowHandle<FineTuneWorkflow, FineTuneResult> handle, Func<Task>? meanwhile = null)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while ((await handle.DescribeAsync()).Status == Temporalio.Api.Enums.V1.WorkflowExecutionStatus.Running)
        {
            clock.Elapsed.ShouldBeLessThan(Patience, "the run does not come to its end");
            var report = await handle.QueryAsync(wf => wf.Report);
            report.Stages.FirstOrDefault(stage => stage.State == StageState.Parked)?.Failure.ShouldBeNull();
            if (await handle.QueryAsync(wf => wf.Awaited) is { } open)
            {
                await AnswerAsync(handle, open, report);
            }

            await (meanwhile?.Invoke() ?? Task.CompletedTask);
            await Task.Delay(250, TestContext.Current.CancellationToken);
        }

        return await handle.GetResultAsync();
    }

    private static async Task AnswerAsync(
        WorkflowHandle<FineTuneWorkflow, FineTuneResult> handle, ApprovalRequest open, RunReport report)
    {
        var given = report.Decisions.Any(decision => decision.By == "ada" && decision.Digest == open.Digest
            && decision.Gate == open.Gate && decision.At >= open.Opened);
        var input = new DecisionInput
        {
            By = given ? "bob" : "ada",
            Digest = open.Digest,
            Reason = "looked at the numbers",
        };
        try
        {
            await (open.Gate == ApprovalRequest.Waiver ? handle.ExecuteUpdateAsync(wf => wf.WaiveAsync(input))
                : handle.ExecuteUpdateAsync(wf => wf.ApproveAsync(input)));
        }
        catch (WorkflowUpdateFailedException)
        {
            // Answered already; the next look sees it.
        }
    }
}
