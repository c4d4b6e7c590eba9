using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Tests.Histories;

/// <summary>What the recorded workflows share: the names of their activities and the usual options.</summary>
internal static class RecordedWorkflows
{
    /// <summary>Calls an activity by name, as the recordings did.</summary>
    public static Task<object?> ActAsync(string name, object?[] arguments, ActivityOptions? options = null) =>
        Workflow.ExecuteActivityAsync<object?>(name, arguments, options ?? Options());

    public static ActivityOptions Options(double startToCloseSeconds = 10, RetryPolicy? retry = null) =>
        new() { StartToCloseTimeout = TimeSpan.FromSeconds(startToCloseSeconds), RetryPolicy = retry };

    /// <summary>Waits and swallows the failure that the recording expects.</summary>
    public static async Task AttemptAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (FailureException)
        {
            // Expected by the recording.
        }
    }
}
