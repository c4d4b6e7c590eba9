using System.Collections.Concurrent;
using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Temporalio.Tests.Behaviours;

/// <summary>Activities that do what their names say.</summary>
public static class SampleActivities
{
    [Activity("echo")]
    public static string Echo(string value) => value;

    [Activity("failTwice")]
    public static string FailTwice() => Attempt < 3 ? throw new ApplicationFailureException("not yet") : $"{Attempt}";

    [Activity("fail")]
    public static string Fail() => throw new ApplicationFailureException("broken", "Broken");

    [Activity("failForGood")]
    public static string FailForGood() => throw new ApplicationFailureException("broken", "Broken", nonRetryable: true);

    [Activity("askForQuickRetry")]
    public static string AskForQuickRetry() =>
        Attempt < 2 ? throw new ApplicationFailureException("soon", nextRetryDelay: TimeSpan.FromMilliseconds(50))
            : $"{Attempt}";

    [Activity("hang")]
    public static async Task<string> HangAsync()
    {
        await Task.Delay(Timeout.Infinite, ActivityExecutionContext.Current.CancellationToken);
        return "";
    }

    [Activity("beatThenHang")]
    public static async Task<string> BeatThenHangAsync()
    {
        ActivityExecutionContext.Current.Heartbeat(7);
        await Task.Delay(Timeout.Infinite, ActivityExecutionContext.Current.CancellationToken);
        return "";
    }

    [Activity("beatThenFail")]
    public static async Task<string> BeatThenFailAsync()
    {
        var context = ActivityExecutionContext.Current;
        if (context.Info.HeartbeatDetails.Count > 0)
        {
            return $"resumed at {await context.Info.HeartbeatDetailAtAsync<int>(0)}";
        }

        context.Heartbeat(7);
        throw new ApplicationFailureException("after the heartbeat");
    }

    [Activity("untilCancelled")]
    public static async Task<string> UntilCancelledAsync()
    {
        var context = ActivityExecutionContext.Current;
        await context.TemporalClient.GetWorkflowHandle(context.Info.WorkflowId!).SignalAsync("Started", []);
        try
        {
            for (var i = 0; i < 400; i++)
            {
                context.Heartbeat(i);
                await Task.Delay(50, context.CancellationToken);
            }
        }
        catch (OperationCanceledException) when (context.CancelReason == ActivityCancelReason.CancelRequested)
        {
            return "cleaned up";
        }

        return "never cancelled";
    }

    [Activity("describe")]
    public static string Describe()
    {
        var info = ActivityExecutionContext.Current.Info;
        return $"{info.ActivityType} {info.Attempt} {info.WorkflowType} {info.IsLocal}";
    }

    private static int Attempt => ActivityExecutionContext.Current.Info.Attempt;
}

/// <summary>An activity that somebody else completes.</summary>
public static class Later
{
    /// <summary>Task tokens by workflow id.</summary>
    internal static ConcurrentDictionary<string, byte[]> Tokens { get; } = new(StringComparer.Ordinal);

    [Activity("later")]
    public static string Complete()
    {
        var info = ActivityExecutionContext.Current.Info;
        Tokens[info.WorkflowId!] = info.TaskToken;
        throw new CompleteAsyncException();
    }
}
