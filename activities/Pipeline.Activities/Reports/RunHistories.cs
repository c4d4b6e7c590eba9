using Google.Protobuf.WellKnownTypes;
using Pipeline.Workflows.Contracts;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Pipeline.Activities.Reports;

/// <summary>
/// Reads the histories of a run and its children: how large they are, and how long no activity worked.
/// </summary>
public static class RunHistories
{
    private const string Asking = "awaits-";

    /// <summary>Measures a run up to now.</summary>
    /// <param name="client">Connection to the engine.</param>
    /// <param name="workflowId">Id of the run's workflow.</param>
    /// <param name="runId">Id of the execution; empty takes the last one.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>The cost; null when a history cannot be read.</returns>
    public static async Task<OrchestrationCost?> MeasureAsync(
        ITemporalClient client, string workflowId, string? runId, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(client);
        try
        {
            var histories = new List<IReadOnlyList<HistoryEvent>>();
            var waiting = new Queue<(string Id, string? Run)>([(workflowId, runId)]);
            while (waiting.TryDequeue(out var next))
            {
                var handle = client.GetWorkflowHandle(next.Id, next.Run);
                var events =
                    (await handle.FetchHistoryAsync(new() { Rpc = new() { CancellationToken = cancellation } })).Events
                        .ToList();
                histories.Add(events);
                foreach (var child in events.Select(
                    one => one.ChildWorkflowExecutionStartedEventAttributes?.WorkflowExecution)
                    .OfType<Temporalio.Api.Common.V1.WorkflowExecution>())
                {
                    waiting.Enqueue((child.WorkflowId, child.RunId));
                }
            }

            return Describe(histories);
        }
        catch (RpcException)
        {
            return null;
        }
    }

    /// <summary>Computes the cost of histories.</summary>
    /// <param name="histories">Events of the run first, then of each child.</param>
    /// <returns>The cost.</returns>
    public static OrchestrationCost Describe(IReadOnlyList<IReadOnlyList<HistoryEvent>> histories)
    {
        ArgumentNullException.ThrowIfNull(histories);
        var all = histories.SelectMany(events => events).ToList();
        var (begin, end) = (Time(histories[0][0]), histories[0].Max(Time));
        var asked = Merge(AskedIn(histories[0], end));
        var busy = Merge([.. histories.SelectMany(events => WorkIn(events, end)), .. asked]);
        var seconds = (end - begin).TotalSeconds - Length(asked);
        return new OrchestrationCost(
            histories.Count, all.Count, all.Sum(one => (long)one.CalculateSize()), all.Max(one => one.CalculateSize()),
            seconds, Math.Max(0, (end - begin).TotalSeconds - Length(busy)));
    }

    // An activity works from its start to its end; the one that measures is still at work.
    private static IEnumerable<(DateTime From, DateTime To)> WorkIn(IReadOnlyList<HistoryEvent> events, DateTime end)
    {
        var ends = events.Select(one => (Started: StartedBy(one), At: Time(one))).Where(pair => pair.Started > 0)
            .ToDictionary(pair => pair.Started, pair => pair.At);
        return events.Where(one => one.EventType == EventType.ActivityTaskStarted)
            .Select(one => (Time(one), ends.GetValueOrDefault(one.EventId, end)));
    }

    private static long StartedBy(HistoryEvent one) => one.EventType switch
    {
        EventType.ActivityTaskCompleted => one.ActivityTaskCompletedEventAttributes.StartedEventId,
        EventType.ActivityTaskFailed => one.ActivityTaskFailedEventAttributes.StartedEventId,
        EventType.ActivityTaskTimedOut => one.ActivityTaskTimedOutEventAttributes.StartedEventId,
        EventType.ActivityTaskCanceled => one.ActivityTaskCanceledEventAttributes.StartedEventId,
        _ => 0,
    };

    // The search attribute of the run says when people are asked and when they have answered.
    private static IEnumerable<(DateTime From, DateTime To)> AskedIn(IReadOnlyList<HistoryEvent> events, DateTime end)
    {
        DateTime? since = null;
        foreach (var one in events)
        {
            var verdict = one.UpsertWorkflowSearchAttributesEventAttributes?.SearchAttributes?.IndexedFields
                .GetValueOrDefault(Workflows.SearchAttributes.Verdict.Name)?.Data.ToStringUtf8();
            if (verdict is null)
            {
                continue;
            }

            if (since is { } from && !verdict.Contains(Asking, StringComparison.Ordinal))
            {
                yield return (from, Time(one));
                since = null;
            }
            else if (verdict.Contains(Asking, StringComparison.Ordinal)
                || verdict.Contains("parked", StringComparison.Ordinal))
            {
                since ??= Time(one);
            }
        }

        if (since is { } open)
        {
            yield return (open, end);
        }
    }

    private static List<(DateTime From, DateTime To)> Merge(IEnumerable<(DateTime From, DateTime To)> spans)
    {
        var merged = new List<(DateTime From, DateTime To)>();
        foreach (var span in spans.OrderBy(span => span.From))
        {
            if (merged.Count > 0 && span.From <= merged[^1].To)
            {
                merged[^1] = (merged[^1].From, span.To > merged[^1].To ? span.To : merged[^1].To);
            }
            else
            {
                merged.Add(span);
            }
        }

        return merged;
    }

    private static double Length(IEnumerable<(DateTime From, DateTime To)> spans) =>
        spans.Sum(span => (span.To - span.From).TotalSeconds);

    private static DateTime Time(HistoryEvent one) => one.EventTime.ToDateTime();
}
