using System.Text.Json;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Json;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Client.Schedules;

namespace Pipeline.Cli.Runs;

/// <summary>What the last actions of a schedule found out.</summary>
/// <param name="At">When it acted.</param>
/// <param name="Outcome">good, alarm, or the state of the workflow.</param>
/// <param name="Text">The finding in words.</param>
internal sealed record ScheduleResults(DateTime At, string Outcome, string Text)
{
    public static async Task<IReadOnlyList<ScheduleResults>> ReadAsync(
        ITemporalClient client, string id, CancellationToken cancellation)
    {
        var rows = new List<ScheduleResults>();
        foreach (var recent in (await client.GetScheduleHandle(id).DescribeAsync()).Info.RecentActions)
        {
            if (recent.Action is ScheduleActionExecutionStartWorkflow started)
            {
                cancellation.ThrowIfCancellationRequested();
                rows.Add(
                    await ReadAsync(
                        client.GetWorkflowHandle(started.WorkflowId, started.FirstExecutionRunId), recent.StartedAt));
            }
        }

        return rows;
    }

    private static async Task<ScheduleResults> ReadAsync(WorkflowHandle handle, DateTime at)
    {
        var status = (await handle.DescribeAsync()).Status;
        if (status != WorkflowExecutionStatus.Completed)
        {
            return new ScheduleResults(at, status.ToString(), handle.Id);
        }

        // A re-evaluation has its drift, a judgement its marks.
        var result = await handle.GetResultAsync<JsonElement>();
        var run = result.TryGetProperty("run", out var started) && started.GetString() is { Length: > 0 } name
            ? $"; started {name}" : "";
        return result.TryGetProperty("drift", out var drift)
            ? new ScheduleResults(at, Word(drift.GetProperty("drifted")), drift.GetProperty("text").GetString() + run)
            : new ScheduleResults(at, Word(result.GetProperty("alarm")),
                TextOf(result.GetProperty("marks").Deserialize<JudgeResult>(PipelineJson.Options)) + run);
    }

    private static string Word(JsonElement raised) => raised.GetBoolean() ? "alarm" : "good";

    private static string TextOf(JudgeResult? marks) => marks is null ? ""
        : marks.Answers == 0 ? $"no readable mark by {marks.Judge}, {marks.Unreadable} unreadable"
        : $"mean mark {marks.Mean:0.0} of {marks.Answers} answers by {marks.Judge}, {marks.Unreadable} unreadable";
}
